import GatewayKit

/// What Caddy has to be told.
enum CaddySite {
    static func text(for site: ProxySite) -> String {
        """
        # \(site.host) behind Auth Gateway: a Caddyfile, or a part of yours. Caddy gets the certificates by itself.

        \(site.host) {
            # `route` keeps this order, which Caddy would change.
            route {
        \(site.sharesHost ? interface(of: site) + "\n" : "")\
                # The pages. Here too the order matters, and `handle` would not keep it.
                route {
                    # Caddy would drop every header that a client's Connection names, also those set below.
                    @dropping header_regexp Connection (?i)(remote|forwarded|authorization|cookie|x-)
                    respond @dropping 400

                    # What a client says about who it is. Names with underscores are those with hyphens to many.
                    request_header -Remote-*
                    request_header -*_*
                    # Some frameworks take the path or the method from these, which is not what the gateway judges.
                    request_header -X-Original-*
                    request_header -X-Forwarded-Uri
                    request_header -X-Forwarded-Method
                    request_header -X-Rewrite-*
                    request_header -X-HTTP-Method*
                    request_header -X-Method-Override
                    # Caddy's own; a client must not choose it.
                    request_header X-Request-ID {http.request.uuid}

                    # The question. A yes lets the request go on; any other answer is the client's, redirects too.
                    forward_auth \(address(site.gateway)) {
                        uri /auth/verify/caddy
                        copy_headers Remote-User Remote-Subject Remote-Email Remote-Name Remote-Groups
                    }

                    reverse_proxy \(address(site.upstream)) {
                        # The application needs no token of the gateway's: keep it from its logs.
                        header_up -Authorization
                    }
                }
            }
        }\(site.sharesHost ? "" : elsewhere(site))
        """.indentedByTabs
    }

    /// The API at a name of its own.
    private static func elsewhere(_ site: ProxySite) -> String {
        """


        \(site.publicHost) {
            route {
        \(interface(of: site))
            }
        }
        """
    }

    private static func interface(of site: ProxySite) -> String {
        """
                # The gateway's own API and key set, for people and apps; the proxies' questions are not for outsiders.
                @questions path /auth/verify/*
                handle @questions {
                    respond 404
                }
                @gateway path /auth/* /.well-known/jwks.json
                handle @gateway {
                    reverse_proxy \(address(site.gateway)) {
                        header_up X-Request-ID {http.request.uuid}
                    }
                }
        """
    }

    private static func address(_ address: ListenAddress) -> String {
        if case .unix(let path) = address { "unix/\(path)" } else { "\(address)" }
    }
}

extension String {
    /// As `caddy fmt` has it.
    fileprivate var indentedByTabs: String {
        let lines: [Substring] = split(separator: "\n" as Character, omittingEmptySubsequences: false)
        return lines.map { line in
            let depth = line.prefix { $0 == " " }.count
            return String(repeating: "\t", count: depth / 4) + line.dropFirst(depth)
        }.joined(separator: "\n")
    }
}
