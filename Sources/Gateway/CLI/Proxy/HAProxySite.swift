import GatewayKit

/// What HAProxy has to be told, beside ``HAProxyScript``.
enum HAProxySite {
    static func text(for site: ProxySite) -> String {
        """
        # \(site.host) behind Auth Gateway, for HAProxy 2.6 and newer: /etc/haproxy/haproxy.cfg, or a part of yours.
        # HAProxy asks by a script: auth-gateway proxy haproxy-lua > /etc/haproxy/auth-gateway.lua

        global
            lua-load /etc/haproxy/auth-gateway.lua

        defaults
            mode http
            timeout connect 5s
            timeout client 60s
            timeout server 60s
            timeout http-request 10s
            timeout http-keep-alive 60s

        frontend site
            bind :443 ssl crt /etc/haproxy/certs/ alpn h2,http/1.1

            acl is_app    hdr(host),field(1,:) -i \(site.host)
            acl is_public hdr(host),field(1,:) -i \(site.publicHost)

            # What a client says about itself. Names with underscores are those with hyphens to many.
            http-request del-header ^remote- -m reg
            http-request del-header _ -m sub
            # Some frameworks take the path or the method from these, which is not what the gateway judges.
            http-request del-header ^x-(original|rewrite|http-method|method-override) -m reg
            http-request del-header ^x-forwarded-(uri|method) -m reg
            http-request set-header X-Forwarded-For   %[src]
            http-request set-header X-Forwarded-Host  %[req.fhdr(host)]
            http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]
            # HAProxy's own; a client must not choose it.
            http-request set-header X-Request-ID      %[uuid()]

            # The gateway's own API and key set, for people and apps; the proxies' questions are not for outsiders.
            http-request return status 404 if is_public { path_beg /auth/verify/ }
            http-request set-var(txn.of_gateway) bool(true) if is_public { path_beg /auth/ }
            http-request set-var(txn.of_gateway) bool(true) if is_public { path /.well-known/jwks.json }
            acl of_gateway var(txn.of_gateway) -m bool
            http-request return status 404 if !is_app !of_gateway

            # The question. A yes sets the Remote-* headers; any other answer is the client's, redirects too.
            http-request lua.auth-gateway unless of_gateway
            # The application needs no token of the gateway's: keep it from its logs.
            http-request del-header Authorization unless of_gateway

            use_backend auth_gateway if of_gateway
            default_backend app

        # The script asks here, so that the gateway's address, or several, stands in this file alone.
        listen auth_questions
            bind abns@auth-gateway
            http-reuse always
            server gateway \(address(site.gateway))

        backend auth_gateway
            http-reuse always
            server gateway \(address(site.gateway))

        backend app
            server app \(address(site.upstream))
        """
    }

    private static func address(_ address: ListenAddress) -> String {
        if case .unix(let path) = address { "unix@\(path)" } else { "\(address)" }
    }
}
