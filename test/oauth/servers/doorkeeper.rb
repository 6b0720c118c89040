# A site of Rails with Doorkeeper as its documents have it, and a login page.
# Serves 127.0.0.1 at a port, or any for 0. Prints the port once it listens; ends with standard
# input and takes the folder that it was started in along.
require 'fileutils'
require 'json'
require 'logger'
require 'action_controller/railtie'
require 'active_record/railtie'
require 'doorkeeper'
require 'rack/handler/webrick'

ENV['DATABASE_URL'] = 'sqlite3:site.sqlite'
port, secret = ARGV
person = { name: 'ada', password: 'correct horse' }
folder = Dir.pwd

class Site < Rails::Application
  config.root = Dir.pwd
  config.eager_load = true
  config.logger = Logger.new(nil)
  config.secret_key_base = 'x' * 50
  config.hosts.clear
end

# Lets one request in at a time and appends to the file `requests` what it was: no secrets.
class Notes
  def initialize(site)
    @site = site
    @lock = Mutex.new
  end

  def call(environment)
    @lock.synchronize do
      reply = @site.call(environment)
      note = describe(Rack::Request.new(environment)).merge(status: reply[0])
      File.write('requests', "#{JSON.generate(note)}\n", mode: 'a')
      # The connection to the database belongs to this thread.
      ActiveRecord::Base.clear_active_connections!
      reply
    end
  end

  def describe(request)
    form = request.post? ? request.POST : {}
    basic = request.get_header('HTTP_AUTHORIZATION').to_s.match?(/^basic /i)
    client = 'none' if form['client_id']
    client = 'client_secret_post' if form['client_secret']
    client = 'client_secret_basic' if basic
    { method: request.request_method, path: request.path, grant: form['grant_type'], client: client }
  end
end

ActiveRecord::Base.establish_connection(ENV.fetch('DATABASE_URL'))
ActiveRecord::Schema.verbose = false
ActiveRecord::Schema.define do
  create_table(:users) { |t| %i[name password].each { |name| t.string name } }
  create_table :oauth_applications do |t|
    %i[name uid secret].each { |name| t.string name, null: false }
    t.text :redirect_uri
    t.string :scopes, null: false, default: ''
    t.boolean :confidential, null: false, default: true
    t.timestamps
  end
  create_table :oauth_access_grants do |t|
    t.references :resource_owner, null: false
    t.references :application, null: false
    t.string :token, null: false
    t.integer :expires_in, null: false
    t.text :redirect_uri, null: false
    t.datetime :created_at, null: false
    t.datetime :revoked_at
    t.string :scopes, null: false, default: ''
    %i[code_challenge code_challenge_method].each { |name| t.string name }
  end
  create_table :oauth_access_tokens do |t|
    t.references :resource_owner
    t.references :application
    t.string :token, null: false
    t.string :refresh_token
    t.integer :expires_in
    t.datetime :revoked_at
    t.datetime :created_at, null: false
    t.string :scopes
    # With this column, a refresh token lives until the token that it gave is used.
    t.string :previous_refresh_token, null: false, default: ''
  end
end

class User < ActiveRecord::Base
end

Doorkeeper.configure do
  orm :active_record
  resource_owner_authenticator do
    User.find_by(id: session[:user]) || redirect_to("/login?#{{ next: request.fullpath }.to_query}")
  end
  resource_owner_from_credentials do
    User.find_by(name: params[:username], password: params[:password])
  end
  grant_flows %w[authorization_code client_credentials password]
  default_scopes :read
  optional_scopes :write
  access_token_expires_in 600
  use_refresh_token
  hash_token_secrets
  hash_application_secrets
  force_ssl_in_redirect_uri false
  allow_blank_redirect_uri true
end

class SessionsController < ActionController::Base
  def new
    render inline: <<~PAGE
      <form method="post"><%= hidden_field_tag :authenticity_token, form_authenticity_token %>
      <input name="username"><input name="password" type="password"><button>Log in</button></form>
    PAGE
  end

  def create
    user = User.find_by(name: params[:username], password: params[:password])
    return head(:forbidden) if user.nil?

    session[:user] = user.id
    redirect_to params[:next]
  end
end

Site.initialize!
Site.routes.draw do
  use_doorkeeper
  get 'login', to: 'sessions#new'
  post 'login', to: 'sessions#create'
end
User.create!(person)
loopback = 'http://127.0.0.1/callback'
hash = Doorkeeper.config.application_secret_strategy
[['native', false, loopback], ['web', true, loopback], ['svc', true, nil]].each do |uid, own, uri|
  Doorkeeper::Application.create!(
    name: uid, uid: uid, secret: hash.transform_secret(own ? secret : 'none'), redirect_uri: uri,
    scopes: 'read write', confidential: own
  )
end

server = WEBrick::HTTPServer.new(
  BindAddress: '127.0.0.1', Port: port.to_i, Logger: WEBrick::Log.new(nil, 0), AccessLog: []
)
server.mount('/', Rack::Handler::WEBrick, Notes.new(Site))
Thread.new { server.start }
puts server.listeners[0].addr[1]
$stdout.flush
$stdin.read
FileUtils.rm_rf(folder)
exit!(0)
