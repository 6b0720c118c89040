"""A Django site with django-oauth-toolkit as its documents have it, and a login page."""

import sys

from django.conf import settings
from jwcrypto.jwk import JWK

key = JWK.generate(kty='RSA', size=2048)
LOGIN = """<form method="post">{% csrf_token %}<input name="username">
<input name="password" type="password"><input type="hidden" name="next" value="{{ next }}">
<button type="submit">Log in</button>{{ form.errors }}</form>"""
settings.configure(
    SECRET_KEY='x' * 50,
    ALLOWED_HOSTS=['127.0.0.1'],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'site.sqlite'}},
    DEFAULT_AUTO_FIELD='django.db.models.BigAutoField',
    # Quick to check, as in the tests of Django itself.
    PASSWORD_HASHERS=['django.contrib.auth.hashers.MD5PasswordHasher'],
    LOGIN_URL='/login/',
    STATIC_URL='/static/',
    INSTALLED_APPS=[
        'django.contrib.auth',
        'django.contrib.contenttypes',
        'django.contrib.sessions',
        'django.contrib.staticfiles',
        'oauth2_provider',
    ],
    MIDDLEWARE=[
        'django.middleware.common.CommonMiddleware',
        'django.contrib.sessions.middleware.SessionMiddleware',
        'django.middleware.csrf.CsrfViewMiddleware',
        'django.contrib.auth.middleware.AuthenticationMiddleware',
    ],
    TEMPLATES=[
        {
            'BACKEND': 'django.template.backends.django.DjangoTemplates',
            'OPTIONS': {
                'loaders': [
                    (
                        'django.template.loaders.locmem.Loader',
                        {'registration/login.html': LOGIN},
                    ),
                    'django.template.loaders.app_directories.Loader',
                ],
                'context_processors': ['django.template.context_processors.request'],
            },
        }
    ],
    OAUTH2_PROVIDER={
        'OIDC_ENABLED': True,
        'OIDC_RSA_PRIVATE_KEY': key.export_to_pem(private_key=True, password=None).decode(),
        'PKCE_REQUIRED': True,
        'SCOPES': {'openid': 'who you are', 'read': 'to read', 'write': 'to write'},
        'DEFAULT_SCOPES': ['read'],
        'ACCESS_TOKEN_EXPIRE_SECONDS': 600,
        'REFRESH_TOKEN_EXPIRE_SECONDS': 30 * 86_400,
    },
)
import django

django.setup()

from django.contrib.auth import get_user_model
from django.contrib.auth.views import LoginView
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path
from oauth2_provider.models import Application

from serve import PASSWORD, USER, serve

urlpatterns = [
    path('o/', include('oauth2_provider.urls', namespace='oauth2_provider')),
    path('login/', LoginView.as_view()),
]


def build(_):
    call_command('migrate', verbosity=0)
    owner = get_user_model().objects.create_user(USER, password=PASSWORD)
    for client_id, secret, grant in (
        ('native', '', Application.GRANT_AUTHORIZATION_CODE),
        ('web', sys.argv[2], Application.GRANT_AUTHORIZATION_CODE),
        ('svc', sys.argv[2], Application.GRANT_CLIENT_CREDENTIALS),
        ('legacy', sys.argv[2], Application.GRANT_PASSWORD),
    ):
        kind = Application.CLIENT_PUBLIC if secret == '' else Application.CLIENT_CONFIDENTIAL
        Application.objects.create(
            user=owner,
            name=client_id,
            client_id=client_id,
            client_secret=secret,
            client_type=kind,
            authorization_grant_type=grant,
            # Any port of the loopback address.
            redirect_uris='http://127.0.0.1/callback',
            algorithm=Application.RS256_ALGORITHM,
        )
    return get_wsgi_application()


if __name__ == '__main__':
    serve(build)
