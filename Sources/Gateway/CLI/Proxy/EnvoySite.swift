import GatewayKit

/// What Envoy has to be told, as a bootstrap file.
enum EnvoySite {
    static func text(for site: ProxySite) -> String {
        """
        # \(site.host) behind Auth Gateway, for Envoy 1.26 and newer: a bootstrap file, or a part of yours.
        # The certificate's paths are yours to fill in.

        static_resources:
          listeners:
          - name: site
            address: {socket_address: {address: 0.0.0.0, port_value: 443}}
            filter_chains:
            - transport_socket:
                name: envoy.transport_sockets.tls
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                  common_tls_context:
                    tls_certificates:
                    - certificate_chain: {filename: /etc/ssl/certs/\(site.host).pem}
                      private_key: {filename: /etc/ssl/private/\(site.host).key}
              filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": \(types)network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: site
                  # Envoy stands at the edge: it, and no client, says who asks and by which scheme.
                  use_remote_address: true
                  # What is judged is what is forwarded.
                  normalize_path: true
                  merge_slashes: true
                  path_with_escaped_slashes_action: REJECT_REQUEST
                  # Names with underscores are those with hyphens to many.
                  common_http_protocol_options: {headers_with_underscores_action: DROP_HEADER}
                  http_filters:
                  # The question. A yes lets the request go on; any other answer is the client's, redirects too.
                  - name: envoy.filters.http.ext_authz
                    typed_config:
                      "@type": \(types)http.ext_authz.v3.ExtAuthz
                      failure_mode_allow: false
                      status_on_error: {code: ServiceUnavailable}
                      allowed_headers:
                        patterns: [{exact: cookie}, {exact: accept}, {exact: sec-fetch-mode}, {exact: x-request-id},
                                   {exact: x-forwarded-for}, {exact: x-forwarded-proto}]
                      http_service:
                        server_uri: {uri: "http://auth-gateway", cluster: auth_gateway, timeout: 5s}
                        path_prefix: /auth/verify/envoy
                        authorization_response:
                          # Every yes has all five, so that a client's own are replaced.
                          allowed_upstream_headers:
                            patterns: [{exact: remote-user}, {exact: remote-subject}, {exact: remote-email},
                                       {exact: remote-name}, {exact: remote-groups}]
                          allowed_client_headers:
                            patterns: [{exact: www-authenticate}, {exact: location}, {exact: content-type},
                                       {exact: cache-control}, {exact: retry-after}, {exact: x-request-id}]
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": \(types)http.router.v3.Router
                  route_config:
                    virtual_hosts:
        \(site.sharesHost ? host("app", site.host, interface + pages) : hosts(of: site))
          clusters:
        \(cluster("auth_gateway", site.gateway))
        \(cluster("app", site.upstream))
        """
    }

    private static func hosts(of site: ProxySite) -> String {
        host("app", site.host, pages) + "\n" + host("auth-gateway", site.publicHost, interface)
    }

    private static func host(_ name: String, _ domain: String, _ routes: String) -> String {
        """
                    - name: \(name)
                      domains: ["\(domain)", "\(domain):*"]
                      routes:
        \(routes)
        """
    }

    private static let pages = """
                      # The pages. The application needs no token of the gateway's; from the other headers some
                      # frameworks take the path or the method, which is not what was judged.
                      - match: {prefix: "/"}
                        route: {cluster: app}
                        request_headers_to_remove:
                          [authorization, x-original-url, x-original-method, x-rewrite-url, x-envoy-original-path,
                           x-forwarded-uri, x-forwarded-method, x-http-method, x-http-method-override,
                           x-method-override]
        """

    private static let interface = """
                      # The gateway's own API and key set, for people and apps; the proxies' questions are not for
                      # outsiders.
                      - match: {prefix: /auth/verify/}
                        direct_response: {status: 404}
                        typed_per_filter_config: \(unasked)
                      - match: {prefix: /auth/}
                        route: {cluster: auth_gateway}
                        typed_per_filter_config: \(unasked)
                      - match: {path: /.well-known/jwks.json}
                        route: {cluster: auth_gateway}
                        typed_per_filter_config: \(unasked)

        """

    private static let unasked =
        "{envoy.filters.http.ext_authz: {\"@type\": \(types)http.ext_authz.v3.ExtAuthzPerRoute, disabled: true}}"

    private static let types = "type.googleapis.com/envoy.extensions.filters."

    private static func cluster(_ name: String, _ address: ListenAddress) -> String {
        """
          - name: \(name)
            type: \(isName(address) ? "STRICT_DNS" : "STATIC")
            load_assignment:
              cluster_name: \(name)
              endpoints: [{lb_endpoints: [{endpoint: {address: \(endpoint(address))}}]}]
        """
    }

    private static func isName(_ address: ListenAddress) -> Bool {
        if case .tcp(let host, _) = address { IPAddress(host) == nil } else { false }
    }

    private static func endpoint(_ address: ListenAddress) -> String {
        switch address {
        case .tcp(let host, let port): "{socket_address: {address: \"\(host)\", port_value: \(port)}}"
        case .unix(let path): "{pipe: {path: \(path)}}"
        }
    }
}
