# LemonLDAP::NG's portal, with the static files of its pages, which a web server in front of it would serve.

use strict;
use Plack::Builder;
use Lemonldap::NG::Portal::Main;
use Lemonldap::NG::Portal::Main::Constants qw(PE_OK PE_BADCREDENTIALS);
use Lemonldap::NG::Portal::Auth::Demo;
use Lemonldap::NG::Portal::UserDB::Demo;

# Its demonstration mode knows people whose passwords are their names. Ours has another.
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
