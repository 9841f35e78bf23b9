# In place of the official image: Envoy's binary and the libraries it is linked with. Its arguments are the official image's.
FROM scratch
COPY . /
LABEL envoy-oidc.made-from="local parts"
ENTRYPOINT ["/usr/local/bin/envoy"]
CMD ["-c", "/etc/envoy/envoy.yaml"]
