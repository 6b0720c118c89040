"""What the server of Authlib remembers: as the mix-ins for databases, without a database."""

import secrets
import time
from types import SimpleNamespace
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin


class Client(ClientMixin):
    def __init__(self, client_id, secret, method, grant_types):
        self.client_id = client_id
        self.secret = secret
        self.method = method
        self.grant_types = grant_types

    def get_client_id(self):
        return self.client_id

    def get_allowed_scope(self, scope):
        return scope or ''

    def get_default_redirect_uri(self):
        return None

    def check_redirect_uri(self, uri):
        # Any port of the loopback address (RFC 8252, 7.3).
        parts = urlsplit(uri)
        return (parts.scheme, parts.hostname, parts.path) == ('http', '127.0.0.1', '/callback')

    def check_client_secret(self, secret):
        return secrets.compare_digest(self.secret.encode(), secret.encode())

    def check_endpoint_auth_method(self, method, endpoint):
        return method == self.method

    def check_response_type(self, response_type):
        return response_type == 'code'

    def check_grant_type(self, grant_type):
        return grant_type in self.grant_types


class Record(SimpleNamespace, AuthorizationCodeMixin):
    """A code, or a device that waits for one."""

    def get_client_id(self):
        return self.client_id

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_user_code(self):
        return self.user_code

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return self.auth_time

    def is_expired(self):
        return time.time() > self.until


class Token(TokenMixin):
    def __init__(self, reply, client_id, user, family):
        self.access = reply['access_token']
        self.refresh = reply.get('refresh_token')
        self.scope = reply.get('scope', '')
        self.lifetime = reply['expires_in']
        self.until = int(time.time()) + self.lifetime
        self.client_id = client_id
        self.user = user
        # Of all tokens that were refreshed from the same one.
        self.family = family
        self.revoked = False

    def check_client(self, client):
        return self.client_id == client.client_id

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return self.lifetime

    def is_expired(self):
        return time.time() > self.until

    def is_revoked(self):
        return self.revoked
