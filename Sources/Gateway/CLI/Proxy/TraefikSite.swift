import GatewayKit

/// What Traefik has to be told, as a file of its file provider.
enum TraefikSite {
    static func text(for site: ProxySite) throws(Failure) -> String {
        """
        # \(site.host) behind Auth Gateway, for Traefik 3: a file of its file provider. The entry point websecure is
        # yours; leave its forwardedHeaders.insecure at false, or clients say what is asked about.

        http:
          routers:
            # The pages. Also the proxies' questions, should an outsider ask them: the application has no such path.
            app:
              rule: Host(`\(site.host)`)
              entryPoints: [websecure]
              tls: {}
              middlewares: [without-claims, auth-gateway, without-credential]
              service: app
            # The gateway's own API and key set, for people and apps.
            auth-gateway:
              rule: >-
                Host(`\(site.publicHost)`) && !PathPrefix(`/auth/verify/`)
                && (PathPrefix(`/auth/`) || Path(`/.well-known/jwks.json`))
              entryPoints: [websecure]
              tls: {}
              middlewares: [without-claims]
              service: auth-gateway

          middlewares:
            # What a client says about who it is: an empty value removes. Names with underscores are those with hyphens
            # to many. From the last ones some frameworks take the path or the method, which is not what was judged.
            without-claims:
              headers:
                customRequestHeaders:
                  Remote-User: ""
                  Remote-Subject: ""
                  Remote-Email: ""
                  Remote-Name: ""
                  Remote-Groups: ""
                  Remote_User: ""
                  Remote_Subject: ""
                  Remote_Email: ""
                  Remote_Name: ""
                  Remote_Groups: ""
                  X-Request-ID: ""          # the gateway makes its own
                  X-Original-URL: ""
                  X-Original-Method: ""
                  X-Forwarded-Uri: ""
                  X-Forwarded-Method: ""
                  X-Rewrite-URL: ""
                  X-HTTP-Method: ""
                  X-HTTP-Method-Override: ""
                  X-Method-Override: ""
            # The question. A yes lets the request go on; any other answer is the client's, redirects too.
            auth-gateway:
              forwardAuth:
                address: http://\(try address(site.gateway, "the gateway"))/auth/verify/traefik
                trustForwardHeader: false
                authRequestHeaders: [Authorization, Cookie, Accept, Sec-Fetch-Mode]
                authResponseHeaders: [Remote-User, Remote-Subject, Remote-Email, Remote-Name, Remote-Groups]
            # The application needs no token of the gateway's: keep it from its logs.
            without-credential:
              headers:
                customRequestHeaders:
                  Authorization: ""

          services:
            auth-gateway:
              loadBalancer:
                servers: [{url: "http://\(try address(site.gateway, "the gateway"))"}]
            app:
              loadBalancer:
                servers: [{url: "http://\(try address(site.upstream, "the application"))"}]
        """
    }

    private static func address(_ address: ListenAddress, _ whose: String) throws(Failure) -> String {
        if case .unix = address {
            throw Failure("Traefik reaches no unix socket: let \(whose) listen at an address, or choose another proxy")
        }
        return "\(address)"
    }
}
