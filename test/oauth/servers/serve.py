"""What the servers in Python have in common: serving, ending, and noting what was asked of them."""

import io
import json
import os
import shutil
import sys
import threading
from socketserver import TCPServer, ThreadingMixIn
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

# Whoever is to be let in, at every page.
USER = 'ada'
PASSWORD = 'correct horse'


class Server(ThreadingMixIn, WSGIServer):
    # A browser opens connections that it may need, and keeps them.
    daemon_threads = True
    # All of a crowd come at once.
    request_queue_size = 256

    def server_bind(self):
        # Without a look at the name of the machine, which may take long.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address
        self.setup_environ()


class Handler(WSGIRequestHandler):
    def log_message(self, *_):
        pass


class Notes:
    """Lets one request in at a time and appends to the file `requests` what it was: no secrets."""

    def __init__(self, application):
        self.application = application
        self.lock = threading.Lock()

    def __call__(self, environ, start_response):
        body = environ['wsgi.input'].read(int(environ.get('CONTENT_LENGTH') or 0))
        environ['wsgi.input'] = io.BytesIO(body)
        statuses = []

        def note_status(status, headers, exc_info=None):
            statuses.append(int(status.split(' ')[0]))
            return start_response(status, headers, exc_info)

        with self.lock:
            chunks = list(self.application(environ, note_status))
            note = describe(environ, parse_qs(body.decode('utf-8', 'replace')), statuses[-1])
            with open('requests', 'a') as file:
                file.write(json.dumps(note) + '\n')
        return chunks


def describe(environ, form, status):
    return {
        'method': environ['REQUEST_METHOD'],
        'path': environ['PATH_INFO'],
        'grant': form.get('grant_type', [None])[0],
        'client': name_client_auth(environ, form),
        'status': status,
    }


def name_client_auth(environ, form):
    scheme = environ.get('HTTP_AUTHORIZATION', '').split(' ')[0].lower()
    if scheme == 'basic':
        return 'client_secret_basic'
    if 'client_secret' in form:
        return 'client_secret_post'
    if 'client_assertion' in form:
        return 'assertion'
    return 'none' if 'client_id' in form else None


def serve(build):
    """
    Serves what `build` makes for an origin. Prints the port, the first argument or any, once it
    listens. Ends with standard input, with whoever started it, and takes the folder that it was
    started in along.
    """
    server = Server(('127.0.0.1', int(sys.argv[1])), Handler)
    server.set_app(Notes(build(f'http://127.0.0.1:{server.server_port}')))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
    shutil.rmtree(os.getcwd(), ignore_errors=True)
    os._exit(0)
