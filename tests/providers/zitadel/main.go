// The example server of Zitadel's library, with its login page. CLIENTS (JSON) lists the clients.
package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

type spec struct {
	ID            string             `json:"id"`
	Secret        string             `json:"secret"`
	Method        oidc.AuthMethod    `json:"method"`
	Opaque        bool               `json:"opaque"`
	Seconds       int                `json:"seconds"`
	RedirectURI   string             `json:"redirect_uri"`
	PostLogoutURI string             `json:"post_logout_redirect_uri"`
	JWKS          jose.JSONWebKeySet `json:"jwks"`
}

type client struct {
	op.Client
	spec spec
}

func (c client) AuthMethod() oidc.AuthMethod      { return c.spec.Method }
func (c client) PostLogoutRedirectURIs() []string { return []string{c.spec.PostLogoutURI} }
func (c client) AccessTokenType() op.AccessTokenType {
	if c.spec.Opaque {
		return op.AccessTokenTypeBearer
	}
	return op.AccessTokenTypeJWT
}

type key struct {
	id      string
	private *rsa.PrivateKey
}

type signingKey struct{ key }

func (k signingKey) ID() string                                  { return k.id }
func (k signingKey) Key() any                                    { return k.private }
func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }

type publicKey struct{ key }

func (k publicKey) ID() string                         { return k.id }
func (k publicKey) Key() any                           { return &k.private.PublicKey }
func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k publicKey) Use() string                        { return "sig" }

// The example's storage has one key, no redirect after a logout, and tokens that last five minutes. This one adds what the tests need.
type store struct {
	*storage.Storage
	specs map[string]spec
	lock  sync.Mutex
	keys  []key
}

func (s *store) rotate() {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		log.Fatal(err)
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	s.keys = append([]key{{fmt.Sprintf("key-%d", len(s.keys)+1), private}}, s.keys...)
}

func (s *store) SigningKey(context.Context) (op.SigningKey, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	return signingKey{s.keys[0]}, nil
}

func (s *store) KeySet(context.Context) ([]op.Key, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	var keys []op.Key
	for _, k := range s.keys {
		keys = append(keys, publicKey{k})
	}
	return keys, nil
}

func (s *store) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	c, err := s.Storage.GetClientByClientID(ctx, id)
	return client{c, s.specs[id]}, err
}

func (s *store) GetKeyByIDAndClientID(_ context.Context, id, clientID string) (*jose.JSONWebKey, error) {
	jwks := s.specs[clientID].JWKS
	if found := jwks.Key(id); len(found) == 1 {
		return &found[0], nil
	}
	return nil, fmt.Errorf("%s has no key %s", clientID, id)
}

func (s *store) CreateAccessAndRefreshTokens(ctx context.Context, request op.TokenRequest, current string) (string, string, time.Time, error) {
	access, refresh, _, err := s.Storage.CreateAccessAndRefreshTokens(ctx, request, current)
	seconds := 300
	if r, ok := request.(interface{ GetClientID() string }); ok {
		seconds = s.specs[r.GetClientID()].Seconds
	}
	return access, refresh, time.Now().Add(time.Duration(seconds) * time.Second), err
}

func main() {
	var specs []spec
	if err := json.Unmarshal([]byte(os.Getenv("CLIENTS")), &specs); err != nil {
		log.Fatal(err)
	}
	users, err := storage.StoreFromFile(os.Getenv("USERS"))
	if err != nil {
		log.Fatal(err)
	}
	byID := map[string]spec{}
	for _, c := range specs {
		byID[c.ID] = c
		storage.RegisterClients(storage.WebClient(c.ID, c.Secret, c.RedirectURI))
	}
	s := &store{Storage: storage.NewStorage(users), specs: byID}
	s.rotate()
	router := exampleop.SetupServer(os.Getenv("ISSUER"), s, nil, false)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /test/rotate", func(http.ResponseWriter, *http.Request) { s.rotate() })
	mux.Handle("/", router)
	log.Fatal(http.ListenAndServe(os.Getenv("LISTEN"), mux))
}
