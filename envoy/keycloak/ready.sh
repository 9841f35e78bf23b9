# What the service `ready` of docker-compose.yml runs: it says what to open as soon as Envoy leads to Keycloak's login, and ends. The image
# it runs in has bash, and little else.

if [ ! -f /project/build/envoy-oidc.wasm ]; then
  echo "The filter, build/envoy-oidc.wasm, is not there. Compile it, and start again: npm run build"
  exit 1
fi

leads_to_login() {
  exec 3<>/dev/tcp/envoy/10000 || return
  printf 'GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n' >&3
  read -r _ status _ <&3 && [ "$status" = 302 ]
}

for _ in {1..60}; do
  if (leads_to_login) 2>/dev/null; then
    echo "Open $GATEWAY and log in as quickstart-user / quickstart-user-pass, or as quickstart-boss / quickstart-boss-pass."
    echo "Users, roles and sessions are at $KEYCLOAK for quickstart-admin / quickstart-admin-pass."
    exit
  fi
  sleep 1
done
echo "Envoy does not lead to the login within a minute. Its log says why: docker compose logs envoy"
exit 1
