"""The grants and endpoints of Authlib, by its documents, over what is held in memory."""

import time

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.jose import JsonWebKey
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion, JWTBearerGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import current_app

from records import Client, Record, Token
from serve import PASSWORD, USER

LIFETIME = 600
METHODS = ['client_secret_basic', 'client_secret_post', 'none', 'private_key_jwt']
JWT_BEARER = JWTBearerGrant.GRANT_TYPE
DEVICE_CODE = DeviceCodeGrant.GRANT_TYPE

key = JsonWebKey.generate_key('RSA', 2048, {'kid': 'one'}, is_private=True)
interactive = ['authorization_code', 'refresh_token', DEVICE_CODE]
clients = {}


def add_clients(secret, plain_secret):
    for client in (
        Client('native', '', 'none', interactive),
        Client('web', plain_secret, 'client_secret_basic', interactive),
        Client('svc-plain', plain_secret, 'client_secret_basic', ['client_credentials']),
        Client('svc-basic', secret, 'client_secret_basic', ['client_credentials']),
        Client('svc-post', secret, 'client_secret_post', ['client_credentials']),
        Client('svc-key', '', 'private_key_jwt', ['client_credentials', JWT_BEARER]),
        Client('legacy', secret, 'client_secret_post', ['password', 'refresh_token']),
    ):
        clients[client.client_id] = client


codes, devices, grants_of_devices, tokens, seen = {}, {}, {}, [], set()


def save_token(token, request):
    before = request.credential
    family = before.family if isinstance(before, Token) else len(tokens)
    tokens.append(Token(token, request.client.client_id, request.user, family))


def find_token(text, hint=None):
    return next((token for token in tokens if text in (token.access, token.refresh)), None)


def end_family(family):
    for token in tokens:
        token.revoked = token.revoked or token.family == family


server = AuthorizationServer(query_client=clients.get, save_token=save_token)


class AuthorizationCodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def save_authorization_code(self, code, request):
        challenge = {name: request.data.get(name) for name in ('code_challenge', 'nonce')}
        method = request.data.get('code_challenge_method')
        codes[code] = Record(
            code=code,
            client_id=request.client.client_id,
            redirect_uri=request.redirect_uri,
            scope=request.scope,
            user=request.user,
            code_challenge_method=method,
            auth_time=int(time.time()),
            **challenge,
        )

    def query_authorization_code(self, code, client):
        found = codes.get(code)
        return found if found and found.client_id == client.client_id else None

    def delete_authorization_code(self, code):
        del codes[code.code]

    def authenticate_user(self, code):
        return code.user


class OpenID(OpenIDCode):
    def exists_nonce(self, nonce, request):
        return False

    def get_jwt_config(self, grant):
        issuer = current_app.config['ISSUER']
        return {'key': key, 'alg': 'RS256', 'iss': issuer, 'exp': LIFETIME}

    def generate_user_info(self, user, scope):
        return UserInfo(sub=user)


class RefreshTokenGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, text):
        token = next((token for token in tokens if token.refresh == text), None)
        # One that was traded in before: whoever shows it again may have stolen it.
        if token and token.revoked:
            end_family(token.family)
        return None if token is None or token.revoked else token

    def authenticate_user(self, token):
        return token.user

    def revoke_old_credential(self, token):
        token.revoked = True


class ClientCredentialsGrant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS


class PasswordGrant(grants.ResourceOwnerPasswordCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def authenticate_user(self, username, password):
        return username if (username, password) == (USER, PASSWORD) else None


class Bearer(JWTBearerGrant):
    @property
    def CLAIMS_OPTIONS(self):
        audience = current_app.config['ISSUER'] + '/token'
        return {**JWTBearerGrant.CLAIMS_OPTIONS, 'aud': {'essential': True, 'value': audience}}

    def resolve_issuer_client(self, issuer):
        return clients[issuer]

    def resolve_client_key(self, client, headers, payload):
        return current_app.config['CLIENT_KEY']

    def authenticate_user(self, subject):
        return subject if subject == USER else None

    def has_granted_permission(self, client, user):
        return True


class ClientAssertion(JWTBearerClientAssertion):
    CLIENT_AUTH_METHOD = 'private_key_jwt'

    def validate_jti(self, claims, jti):
        known = jti in seen
        seen.add(jti)
        return not known

    def resolve_client_public_key(self, client, headers):
        return current_app.config['CLIENT_KEY']


class DeviceGrant(DeviceCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def query_device_credential(self, device_code):
        return devices.get(device_code)

    def query_user_grant(self, user_code):
        return grants_of_devices.get(user_code)

    def should_slow_down(self, device):
        before, device.asked = device.asked, time.time()
        return device.asked - before < DeviceEndpoint.INTERVAL


class DeviceEndpoint(DeviceAuthorizationEndpoint):
    CLIENT_AUTH_METHODS = METHODS
    INTERVAL = 1

    def get_verification_uri(self):
        return current_app.config['ISSUER'] + '/device'

    def save_device_credential(self, client_id, scope, data):
        devices[data['device_code']] = Record(
            client_id=client_id,
            scope=scope,
            user_code=data['user_code'],
            until=time.time() + data['expires_in'],
            asked=0,
        )


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = METHODS

    def query_token(self, text, hint):
        return find_token(text)

    def revoke_token(self, token, request):
        end_family(token.family)


class Introspection(IntrospectionEndpoint):
    CLIENT_AUTH_METHODS = METHODS

    def query_token(self, text, hint):
        return find_token(text)

    def check_permission(self, token, client, request):
        return token.client_id == client.client_id

    def introspect_token(self, token):
        return {
            'active': True,
            'client_id': token.client_id,
            'scope': token.scope,
            'sub': token.user,
            'exp': token.until,
        }


for grant, extensions in (
    (AuthorizationCodeGrant, [CodeChallenge(required=True), OpenID()]),
    (RefreshTokenGrant, []),
    (ClientCredentialsGrant, []),
    (PasswordGrant, []),
    (Bearer, []),
    (DeviceGrant, []),
):
    server.register_grant(grant, extensions)
for endpoint in (DeviceEndpoint, Revocation, Introspection):
    server.register_endpoint(endpoint)
