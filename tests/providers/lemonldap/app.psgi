# LemonLDAP::NG's portal. It also serves the static files of its pages, as a web server in front of it would.

use strict;
use Plack::Builder;
use Lemonldap::NG::Portal::Main;
use Lemonldap::NG::Portal::Main::Constants qw(PE_OK PE_BADCREDENTIALS);
use Lemonldap::NG::Portal::Auth::Demo;
use Lemonldap::NG::Portal::UserDB::Demo;

# In demonstration mode a user's password is the user's name. This replaces the user and the check of the password.
my ( $name, $password ) = @ENV{qw(PERSON PASSWORD)};
%Lemonldap::NG::Portal::UserDB::Demo::demoAccounts = ( $name => { uid => $name, cn => $ENV{FULL_NAME} } );
{
    no warnings 'redefine';
    *Lemonldap::NG::Portal::Auth::Demo::authenticate = sub { $_[1]->data->{password} eq $password ? PE_OK : PE_BADCREDENTIALS };
}

builder {
    enable 'Static', path => sub { s{^/static/}{/} }, root => "$ENV{SHARE}/lemonldap-ng/portal/htdocs/static";
    enable 'Static', path => sub { s{^/javascript/}{/} }, root => "$ENV{SHARE}/javascript";
    Lemonldap::NG::Portal::Main->run( {} );
};
