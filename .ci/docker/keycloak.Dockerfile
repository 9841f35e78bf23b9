# In place of the official image: Keycloak's distribution, as cli/fetch-keycloak.mjs has built it, with its paths, its user and its entry point.
FROM envoy-oidc/java
COPY --chown=1000:0 . /opt/keycloak/
RUN rm -rf /opt/keycloak/data && mkdir /opt/keycloak/data && chown 1000:0 /opt/keycloak /opt/keycloak/data
LABEL envoy-oidc.made-from="local parts"
ENV KC_RUN_IN_CONTAINER=true
USER 1000
EXPOSE 8080 9000
ENTRYPOINT ["/opt/keycloak/bin/kc.sh"]
