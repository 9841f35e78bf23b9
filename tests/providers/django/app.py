"""A Django project of one file: django-oauth-toolkit behind the login page of Django's admin. CLIENTS (JSON) lists the clients."""

import json
import os
import sys

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings


def new_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()


SECONDS = {client["id"]: client["seconds"] for client in json.loads(os.environ["CLIENTS"])}

settings.configure(
    DEBUG=True,
    SECRET_KEY=os.urandom(32).hex(),
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="app",
    LOGIN_URL="/admin/login/",
    # Django's default is slow on purpose, and every call of a client would need it.
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"], "OPTIONS": {"timeout": 20}}},
    INSTALLED_APPS=["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages", "django.contrib.staticfiles", "oauth2_provider"],
    STATIC_URL="/static/",
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages"]}}],
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": new_key(),
        "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
        "OAUTH2_VALIDATOR_CLASS": "app.Validator",
        "SCOPES": {"openid": "OpenID Connect", "profile": "Name", "read": "Read"},
        "EXTRA_SERVER_KWARGS": {"token_expires_in": lambda request: SECONDS[request.client_id]},
    },
)
django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402
from oauth2_provider.oauth2_validators import OAuth2Validator  # noqa: E402
from oauth2_provider.settings import oauth2_settings  # noqa: E402


class Validator(OAuth2Validator):
    oidc_claim_scope = None

    def get_additional_claims(self, request):
        return {"preferred_username": request.user.username, "name": request.user.get_full_name()}


@csrf_exempt
def rotate(_request):
    """Makes a new key sign from now on. The old one still verifies."""
    oauth2_settings.OIDC_RSA_PRIVATE_KEYS_INACTIVE = [oauth2_settings.OIDC_RSA_PRIVATE_KEY, *oauth2_settings.OIDC_RSA_PRIVATE_KEYS_INACTIVE]
    oauth2_settings.OIDC_RSA_PRIVATE_KEY = new_key()
    return HttpResponse()


def front(_request):
    """The page after a logout that names no other page."""
    return HttpResponse("Welcome")


urlpatterns = [path("", front), path("admin/", admin.site.urls), path("o/", include("oauth2_provider.urls")), path("test/rotate", rotate)]

if __name__ == "__main__":
    sys.modules["app"] = sys.modules["__main__"]
    call_command("migrate", verbosity=0)
    User.objects.create_superuser("alice", password="wonderland", first_name="Alice", last_name="Müller")
    for client in json.loads(os.environ["CLIENTS"]):
        Application.objects.create(
            name=client["id"], client_id=client["id"], client_secret=client["secret"], client_type="confidential", algorithm="RS256",
            authorization_grant_type=client["grant"], redirect_uris=client["redirect_uri"],
            post_logout_redirect_uris=client["post_logout_redirect_uri"],
        )
    call_command("runserver", os.environ["LISTEN"], use_reloader=False, verbosity=0)
