import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describeGlewlwyd } from '../../support/glewlwyd.ts'
import { send, startProcess, type Started } from './process.ts'

// Servers that are packages of Debian.

export const jupyterHub = '/usr/bin/jupyterhub'
export const etcd = '/usr/bin/etcd'
export const glewlwyd = '/usr/bin/glewlwyd'
export const glewlwydSchema = '/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz'
export const djangoParts = ['django', 'rest_framework', 'rest_framework_simplejwt'].map(
  (name) => `/usr/lib/python3/dist-packages/${name}`,
)

export const hubUser = { username: 'ada', password: 'pw-jupyter' }
export const etcdUser = { username: 'ada', password: 'pw-etcd' }
export const djangoUser = { username: 'ada', password: 'pw-django' }
/** The administrator that a new database has. */
export const glewlwydUser = { username: 'admin', password: 'password' }

/** A hub without a proxy and without notebooks: its API is all that is wanted. */
export async function startJupyterHub(): Promise<Started> {
  return await startProcess({
    prepare: (folder, port) => {
      const text = hubConfiguration(port)
      writeFileSync(join(folder, 'jupyterhub_config.py'), text)
    },
    command: (folder) => [
      '/usr/bin/python3',
      jupyterHub,
      '-f',
      join(folder, 'jupyterhub_config.py'),
    ],
    probe: '/hub/api/',
  })
}

function hubConfiguration(port: number): string {
  return `
from jupyterhub.proxy import Proxy
class NoProxy(Proxy):
    should_start = False
    async def add_route(self, routespec, target, data): pass
    async def delete_route(self, routespec): pass
    async def get_all_routes(self): return {}
c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.hub_ip = '127.0.0.1'
c.JupyterHub.hub_port = ${port}
c.JupyterHub.authenticator_class = 'dummy'
c.DummyAuthenticator.password = '${hubUser.password}'
c.Authenticator.allowed_users = {'${hubUser.username}'}
c.JupyterHub.db_url = 'sqlite:///hub.sqlite'
c.JupyterHub.log_level = 'ERROR'
`
}

/** A store with users; tokens end five minutes after their last use. */
export async function startEtcd(): Promise<Started> {
  const server = await startProcess({
    command: (folder, port) => {
      const client = `http://127.0.0.1:${port}`
      const peer = 'http://127.0.0.1:0'
      return [
        etcd,
        ...['--data-dir', join(folder, 'data')],
        ...['--listen-client-urls', client, '--advertise-client-urls', client],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
        ...['--initial-cluster', `default=${peer}`],
      ]
    },
    probe: '/health',
  })
  const call = async (path: string, body: unknown) =>
    await send('POST', server.baseUrl + path, body)
  const { username: name, password } = etcdUser
  await call('/v3/auth/user/add', { name: 'root', password: 'pw-root' })
  await call('/v3/auth/role/add', { name: 'root' })
  await call('/v3/auth/user/grant', { user: 'root', role: 'root' })
  await call('/v3/auth/user/add', { name, password })
  await call('/v3/auth/role/add', { name: 'reader' })
  await call('/v3/auth/user/grant', { user: name, role: 'reader' })
  await call('/v3/auth/enable', {})
  return server
}

/** A site that serves the token views of two packages as their documents have them, and `/me/`. */
export async function startDjango(): Promise<Started> {
  return await startProcess({
    prepare: (folder) => writeFileSync(join(folder, 'site_under_test.py'), djangoSite),
    command: (folder, port) => [
      '/usr/bin/python3',
      join(folder, 'site_under_test.py'),
      String(port),
    ],
    probe: '/me/',
  })
}

const djangoSite = `
import sys
from datetime import timedelta
from django.conf import settings
settings.configure(
    SECRET_KEY='x' * 50, ALLOWED_HOSTS=['*'], ROOT_URLCONF=__name__, USE_TZ=True,
    DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'site.sqlite'}},
    DEFAULT_AUTO_FIELD='django.db.models.BigAutoField',
    INSTALLED_APPS=[
        'django.contrib.auth', 'django.contrib.contenttypes', 'rest_framework',
        'rest_framework.authtoken', 'rest_framework_simplejwt.token_blacklist',
    ],
    REST_FRAMEWORK={
        'DEFAULT_AUTHENTICATION_CLASSES': [
            'rest_framework.authentication.TokenAuthentication',
            'rest_framework_simplejwt.authentication.JWTAuthentication',
        ],
        'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated'],
        'DEFAULT_RENDERER_CLASSES': ['rest_framework.renderers.JSONRenderer'],
    },
    SIMPLE_JWT={
        'ROTATE_REFRESH_TOKENS': True, 'BLACKLIST_AFTER_ROTATION': True,
        'ACCESS_TOKEN_LIFETIME': timedelta(minutes=5),
    },
)
import django
django.setup()
from django.urls import path
from rest_framework.authtoken.views import obtain_auth_token
from rest_framework.decorators import api_view
from rest_framework.response import Response
from rest_framework_simplejwt import views
@api_view(['GET'])
def me(request):
    return Response({'username': request.user.username})
urlpatterns = [
    path('api-token-auth/', obtain_auth_token),
    path('api/token/', views.token_obtain_pair),
    path('api/token/refresh/', views.token_refresh),
    path('api/token/verify/', views.token_verify),
    path('api/token/blacklist/', views.token_blacklist),
    path('me/', me),
]
if __name__ == '__main__':
    from wsgiref.simple_server import WSGIRequestHandler, make_server
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    call_command('migrate', verbosity=0)
    get_user_model().objects.create_user('${djangoUser.username}', password='${djangoUser.password}')
    WSGIRequestHandler.log_message = lambda *_: None
    make_server('127.0.0.1', int(sys.argv[1]), get_wsgi_application()).serve_forever()
`

/** An identity server whose users' own pages take a session cookie. */
export async function startGlewlwyd(): Promise<Started> {
  return await startProcess({
    prepare: (folder, port) => {
      const schema = gunzipSync(readFileSync(glewlwydSchema))
      execFileSync('/usr/bin/sqlite3', [join(folder, 'glewlwyd.db')], { input: schema })
      writeFileSync(
        join(folder, 'glewlwyd.conf'),
        describeGlewlwyd(port, join(folder, 'glewlwyd.db')),
      )
    },
    command: (folder) => [
      glewlwyd,
      ...['-c', join(folder, 'glewlwyd.conf'), '-m', 'file', '-f', join(folder, 'log')],
    ],
    probe: '/api/',
  })
}
