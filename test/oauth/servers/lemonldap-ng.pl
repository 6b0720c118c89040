# The portal of LemonLDAP::NG as an OpenID provider, with its accounts for demonstration.
# Serves 127.0.0.1 at a port, or any for 0, and clients that come back to another. Prints the port
# once it listens; ends with standard input and takes the folder that it was started in along.
use strict;
use warnings;
use Cwd;
use File::Path 'remove_tree';
use IO::Socket::INET;
use JSON;

my ( $port, $secret, $redirect_port ) = @ARGV;
my $folder = getcwd();
my $socket = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1',
    LocalPort => $port,
    Listen    => 256,
    ReuseAddr => 1
) or die "it cannot listen: $!";
my $origin = 'http://127.0.0.1:' . $socket->sockport;
mkdir $_ for qw(conf cache sessions psessions lock);

my %common = (
    oidcRPMetaDataOptionsIDTokenSignAlg        => 'RS256',
    oidcRPMetaDataOptionsAccessTokenExpiration => 600,
    oidcRPMetaDataOptionsRefreshToken          => 1,
    oidcRPMetaDataOptionsRedirectUris          => "http://127.0.0.1:$redirect_port/callback",
);
my %with_secret = ( %common, oidcRPMetaDataOptionsClientSecret => $secret );
my %clients     = (
    native => {
        %common,
        oidcRPMetaDataOptionsPublic      => 1,
        oidcRPMetaDataOptionsRequirePKCE => 1,
        oidcRPMetaDataOptionsAllowOffline => 1,
    },
    web => {%with_secret},
    svc => { %with_secret, oidcRPMetaDataOptionsAllowClientCredentialsGrant => 1 },
    legacy => { %with_secret, oidcRPMetaDataOptionsAllowPasswordGrant => 1 },
);
$clients{$_}{oidcRPMetaDataOptionsClientID} = $_ for keys %clients;

my $key = `openssl genrsa 2048 2>/dev/null`;
write_file( 'key.pem', $key );
my $sessions = sub {
    return { Directory => "$folder/$_[0]", LockDirectory => "$folder/lock" };
};
write_file(
    'conf/lmConf-1.json',
    encode_json(
        {
            cfgNum                          => 1,
            cfgDate                         => time,
            domain                          => '127.0.0.1',
            portal                          => "$origin/",
            key                             => 'x' x 32,
            locationRules                   => { '127.0.0.1' => { default => 'accept' } },
            captcha                         => '::UserDB::Null',
            authentication                  => 'Demo',
            userDB                          => 'Same',
            issuerDBOpenIDConnectActivation => 1,
            oidcServicePrivateKeySig        => $key,
            oidcServicePublicKeySig         => scalar `openssl rsa -in key.pem -pubout 2>/dev/null`,
            oidcServiceKeyIdSig             => 'one',
            oidcRPMetaDataOptions           => \%clients,
            oidcRPMetaDataExportedVars => { map { $_ => { email => 'mail' } } keys %clients },
            globalStorage              => 'Apache::Session::File',
            globalStorageOptions       => $sessions->('sessions'),
            persistentStorage          => 'Apache::Session::File',
            persistentStorageOptions   => $sessions->('psessions'),
        }
    )
);
write_file( 'lemonldap-ng.ini', <<"INI");
[all]
logLevel = error
[configuration]
type = File
dirName = $folder/conf
localStorage = Cache::FileCache
localStorageOptions = { namespace => 'c', default_expires_in => 600, cache_root => '$folder/cache' }
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
INI
$ENV{LLNG_DEFAULTCONFFILE} = "$folder/lemonldap-ng.ini";
require Lemonldap::NG::Portal::Main;
my $portal = Lemonldap::NG::Portal::Main->run( {} );

sub write_file {
    my ( $path, $text ) = @_;
    open my $file, '>', $path or die "$path: $!";
    print $file $text;
    close $file;
}

# What was asked, without secrets.
sub note {
    my ( $request, $status ) = @_;
    my $form = $request->body_parameters;
    my $client =
        ( $request->header('authorization') // '' ) =~ /^basic /i ? 'client_secret_basic'
      : $form->{client_secret}                                    ? 'client_secret_post'
      : $form->{client_id}                                        ? 'none'
      :                                                             undef;
    my $line = encode_json(
        {
            method => $request->method,
            path   => $request->path,
            grant  => $form->{grant_type},
            client => $client,
            status => $status,
        }
    );
    open my $file, '>>', "$folder/requests" or die $!;
    syswrite $file, "$line\n";
    close $file;
}

# A process for each connection: a browser opens some that it then does not use.
package Forking {
    use parent 'HTTP::Server::PSGI';

    sub handle_connection {
        my ( $self, @rest ) = @_;
        my $child = fork;
        die "fork: $!" unless defined $child;
        return if $child;
        $self->SUPER::handle_connection(@rest);
        CORE::exit(0);
    }
}

use Plack::App::File;
use Plack::Request;
my $static = Plack::App::File->new( root => '/usr/share/lemonldap-ng/portal/htdocs/static' );
my $app    = sub {
    my ($environment) = @_;
    if ( $environment->{PATH_INFO} =~ s{^/static/}{/} ) { return $static->to_app->($environment) }
    my $request = Plack::Request->new($environment);
    $request->body_parameters;
    my $reply = $portal->($environment);
    note( $request, $reply->[0] );
    return $reply;
};

$SIG{CHLD} = 'IGNORE';
my $server = $$;
my $watcher = fork;
die "fork: $!" unless defined $watcher;
unless ($watcher) {
    close $_ for $socket, *STDOUT, *STDERR;
    1 while sysread STDIN, my $rest, 4096;
    kill 'KILL', $server if getppid == $server;
    chdir '/';
    remove_tree($folder);
    CORE::exit(0);
}
close STDIN;
$| = 1;
print $socket->sockport, "\n";
Forking->new( listen_sock => $socket, timeout => 10 )->run($app);
