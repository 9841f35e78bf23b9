// Spring Authorization Server as in its guide: with its own login page, and clients and users in memory. CLIENTS (JSON) lists the clients.

package shop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.config.annotation.web.configurers.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.OAuth2TokenFormat;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class Provider {
  private final List<JWK> keys = new CopyOnWriteArrayList<>();

  public static void main(String[] args) {
    SpringApplication.run(Provider.class, args);
  }

  public Provider() throws Exception {
    rotate();
  }

  /** Makes a new key sign from now on. The old ones still verify. */
  @PostMapping("/test/rotate")
  void rotate() throws Exception {
    keys.add(0, new RSAKeyGenerator(2048).keyUse(KeyUse.SIGNATURE).algorithm(JWSAlgorithm.RS256).keyID(UUID.randomUUID().toString()).generate());
  }

  @Bean
  JWKSource<SecurityContext> jwkSource() {
    return (selector, context) -> selector.select(new JWKSet(keys));
  }

  @Bean
  OAuth2TokenCustomizer<JwtEncodingContext> newestKey() {
    return context -> context.getJwsHeader().keyId(keys.get(0).getKeyID());
  }

  @Bean
  @Order(1)
  SecurityFilterChain protocol(HttpSecurity http) throws Exception {
    OAuth2AuthorizationServerConfigurer server = OAuth2AuthorizationServerConfigurer.authorizationServer();
    return http.securityMatcher(server.getEndpointsMatcher())
        .with(server, it -> it.oidc(Customizer.withDefaults()))
        .authorizeHttpRequests(all -> all.anyRequest().authenticated())
        .exceptionHandling(it -> it.authenticationEntryPoint(new LoginUrlAuthenticationEntryPoint("/login")))
        .build();
  }

  @Bean
  @Order(2)
  SecurityFilterChain pages(HttpSecurity http) throws Exception {
    return http.authorizeHttpRequests(all -> all.requestMatchers("/test/**").permitAll().anyRequest().authenticated())
        .csrf(it -> it.ignoringRequestMatchers("/test/**"))
        .formLogin(Customizer.withDefaults())
        .build();
  }

  @Bean
  UserDetailsService people() {
    return new InMemoryUserDetailsManager(User.withUsername("alice").password("{noop}wonderland").authorities("USER").build());
  }

  @Bean
  AuthorizationServerSettings settings() {
    return AuthorizationServerSettings.builder().issuer(System.getenv("ISSUER")).build();
  }

  /** Spring's own in-memory repository requires a different secret for each client. */
  @Bean
  RegisteredClientRepository clients() throws Exception {
    Map<String, RegisteredClient> clients = new HashMap<>();
    for (JsonNode client : new ObjectMapper().readTree(System.getenv("CLIENTS"))) clients.put(client.get("id").asText(), client(client));
    return new RegisteredClientRepository() {
      public void save(RegisteredClient client) {}
      public RegisteredClient findById(String id) { return clients.get(id); }
      public RegisteredClient findByClientId(String id) { return clients.get(id); }
    };
  }

  private static RegisteredClient client(JsonNode client) {
    String method = client.get("method").asText();
    ClientSettings.Builder settings = ClientSettings.builder().requireProofKey(true).requireAuthorizationConsent(false);
    if (method.equals("client_secret_jwt")) settings.tokenEndpointAuthenticationSigningAlgorithm(MacAlgorithm.HS256);
    if (method.equals("private_key_jwt")) settings.tokenEndpointAuthenticationSigningAlgorithm(SignatureAlgorithm.RS256).jwkSetUrl(client.get("jwks_uri").asText());
    TokenSettings tokens = TokenSettings.builder()
        .accessTokenFormat(client.get("opaque").asBoolean() ? OAuth2TokenFormat.REFERENCE : OAuth2TokenFormat.SELF_CONTAINED)
        .accessTokenTimeToLive(Duration.ofSeconds(client.get("seconds").asLong())).reuseRefreshTokens(false).build();
    // The secret for client_secret_jwt is a key and has no prefix. For other methods the prefix names the hash.
    String secret = (method.equals("client_secret_jwt") ? "" : "{noop}") + client.get("secret").asText();
    return RegisteredClient.withId(client.get("id").asText()).clientId(client.get("id").asText()).clientSecret(secret)
        .clientAuthenticationMethod(new ClientAuthenticationMethod(method))
        .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
        .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
        .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
        .redirectUri(client.get("redirect_uri").asText()).postLogoutRedirectUri(client.get("post_logout_redirect_uri").asText())
        .scope("openid").scope("profile").scope("read")
        .clientSettings(settings.build()).tokenSettings(tokens).build();
  }
}
