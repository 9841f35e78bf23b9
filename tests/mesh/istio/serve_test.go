// Istio's control plane as one process without Kubernetes, started with Istio's own test API. Translation and xDS are production code.
package istio

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pilot/test/xds"
	crdvalidation "istio.io/istio/pkg/config/crd"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/test/util/yml"
	"istio.io/istio/pkg/util/protomarshal"
)

// TestServe serves the resources of $CONFIG/*.yaml, with the mesh settings of $MESH, over xDS on $LISTEN, until it is interrupted.
func TestServe(t *testing.T) {
	settings := mesh.DefaultMeshConfig()
	if err := protomarshal.ApplyYAML(text(t, os.Getenv("MESH")), settings); err != nil {
		t.Fatal(err)
	}
	server := xds.NewFakeDiscoveryServer(t, xds.FakeOptions{
		ConfigString: resources(t), MeshConfig: settings, DisableSecretAuthorization: true,
		ListenerBuilder: func() (net.Listener, error) { return net.Listen("tcp", os.Getenv("LISTEN")) },
	})
	fmt.Println("serving on", server.Listener.Addr())
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	<-stop
}

// TestValidate validates the resources of $CONFIG/*.yaml as an API server with the schemas of $SCHEMAS/*.yaml does, and Istio's resources also as
// Istio's webhook does.
func TestValidate(t *testing.T) {
	schemas, err := filepath.Glob(filepath.Join(os.Getenv("SCHEMAS"), "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	validator, err := crdvalidation.NewValidatorFromFiles(schemas...)
	if err != nil {
		t.Fatal(err)
	}
	all := resources(t)
	own := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	for _, one := range yml.SplitString(all) {
		_, _, err := own.Decode([]byte(one), nil, nil)
		if runtime.IsNotRegisteredError(err) {
			err = validator.ValidateCustomResourceYAML(one, nil)
		}
		if err != nil {
			t.Error(err)
		}
	}
	if _, _, err := crd.ParseInputs(all); err != nil {
		t.Error(err)
	}
}

func resources(t *testing.T) string {
	files, err := filepath.Glob(filepath.Join(os.Getenv("CONFIG"), "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	all := make([]string, len(files))
	for i, file := range files {
		all[i] = text(t, file)
	}
	return strings.Join(all, "\n---\n")
}

func text(t *testing.T, file string) string {
	bytes, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes)
}
