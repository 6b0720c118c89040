"""An authorization server of Authlib and Flask, by the documents of Authlib, held in memory."""

import os
import sys

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from flask import Flask, jsonify, redirect, request, session

from authlib_grants import (
    DEVICE_CODE,
    JWT_BEARER,
    LIFETIME,
    METHODS,
    ClientAssertion,
    add_clients,
    grants_of_devices,
    interactive,
    key,
    server,
)
from serve import PASSWORD, USER, serve

# On the loopback interface.
os.environ['AUTHLIB_INSECURE_TRANSPORT'] = '1'
secret, plain_secret, client_key = sys.argv[2:5]
add_clients(secret, plain_secret)

application = Flask(__name__)
application.secret_key = 'x' * 50
application.config.update(
    CLIENT_KEY=client_key,
    OAUTH2_REFRESH_TOKEN_GENERATOR=True,
    OAUTH2_SCOPES_SUPPORTED=['openid', 'read', 'write'],
    OAUTH2_TOKEN_EXPIRES_IN={
        grant: LIFETIME
        for grant in ('authorization_code', 'client_credentials', 'password', JWT_BEARER, DEVICE_CODE)
    },
)
server.init_app(application)


@application.get('/.well-known/oauth-authorization-server')
def show_metadata():
    issuer = application.config['ISSUER']
    metadata = AuthorizationServerMetadata(
        issuer=issuer,
        authorization_endpoint=issuer + '/authorize',
        token_endpoint=issuer + '/token',
        device_authorization_endpoint=issuer + '/device_authorization',
        revocation_endpoint=issuer + '/revoke',
        introspection_endpoint=issuer + '/introspect',
        jwks_uri=issuer + '/jwks',
        response_types_supported=['code'],
        scopes_supported=application.config['OAUTH2_SCOPES_SUPPORTED'],
        grant_types_supported=[*interactive, 'client_credentials', 'password', JWT_BEARER],
        token_endpoint_auth_methods_supported=METHODS,
        token_endpoint_auth_signing_alg_values_supported=['ES256', 'RS256'],
        code_challenge_methods_supported=['S256'],
    )
    return jsonify(metadata)


@application.get('/jwks')
def show_keys():
    return jsonify({'keys': [key.as_dict(is_private=False, use='sig', alg='RS256')]})


LOGIN = """<form method="post" action="/login"><input name="next" type="hidden" value="{}">
<input name="username"><input name="password" type="password"><button>Log in</button></form>"""
CONSENT = """<form method="post" action=""><p>{} wants to know</p>
<button name="allow" value="yes">Allow</button> <button name="allow" value="no">Deny</button></form>"""


@application.post('/login')
def log_in():
    if (request.form['username'], request.form['password']) != (USER, PASSWORD):
        return 'wrong', 403
    session['user'] = request.form['username']
    return redirect(request.form['next'])


def ask_who():
    there = request.full_path.replace('&', '&amp;').replace('"', '&quot;')
    return LOGIN.format(there)


@application.route('/authorize', methods=['GET', 'POST'])
def authorize():
    if 'user' not in session:
        return ask_who()
    if request.method == 'POST':
        user = session['user'] if request.form['allow'] == 'yes' else None
        return server.create_authorization_response(grant_user=user)
    try:
        grant = server.get_consent_grant(end_user=session['user'])
    except OAuth2Error as error:
        return dict(error.get_body()), error.status_code
    return CONSENT.format(grant.client.client_id)


@application.route('/device', methods=['GET', 'POST'])
def let_device_in():
    if 'user' not in session:
        return ask_who()
    if request.method == 'POST':
        allowed = request.form['allow'] == 'yes'
        grants_of_devices[request.args['user_code']] = (session['user'], allowed)
        return '<main>done</main>'
    return CONSENT.format('a device')


@application.post('/token')
def give_token():
    return server.create_token_response()


@application.post('/<any(device_authorization, revoke, introspect):name>')
def answer(name):
    names = {'revoke': 'revocation', 'introspect': 'introspection'}
    return server.create_endpoint_response(names.get(name, name))


def build(origin):
    application.config['ISSUER'] = origin
    server.register_client_auth_method('private_key_jwt', ClientAssertion(origin + '/token'))
    return application


if __name__ == '__main__':
    serve(build)
