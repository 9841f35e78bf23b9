module envoy-oidc.test/mesh

go 1.26

// Istio has no releases that are Go modules: this is a commit of its main branch, before 1.31.
require (
	github.com/envoyproxy/gateway v1.9.1
	istio.io/istio v0.0.0-20260827124520-eed52ebb66ad
)
