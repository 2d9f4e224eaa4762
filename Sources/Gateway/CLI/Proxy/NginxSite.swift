/// What nginx has to be told.
enum NginxSite {
    static func text(for site: ProxySite) -> String {
        """
        # \(site.host) behind Auth Gateway, for nginx's `http` context: /etc/nginx/conf.d/\(site.host).conf on Debian.
        # The certificates' paths are yours to fill in.

        upstream auth_gateway {
            server \(site.gateway);
            keepalive 32;                                   # a question per request: keep the connections
        }

        upstream app {
            server \(site.upstream);
        }

        \(server(site.host))

            # The pages. Every request is asked about first; 401 and 403 go to the client as they are.
            location / {
                auth_request /_auth;
        \(site.hasLoginPage ? redirect : noRedirect)

                # Who it is, as the gateway says. A variable that is empty sends no header, and what the client sent
                # under that name is replaced in either case: so list all five, needed or not.
                auth_request_set $auth_user    $upstream_http_remote_user;
                auth_request_set $auth_subject $upstream_http_remote_subject;
                auth_request_set $auth_email   $upstream_http_remote_email;
                auth_request_set $auth_name    $upstream_http_remote_name;
                auth_request_set $auth_groups  $upstream_http_remote_groups;
                proxy_set_header Remote-User    $auth_user;
                proxy_set_header Remote-Subject $auth_subject;
                proxy_set_header Remote-Email   $auth_email;
                proxy_set_header Remote-Name    $auth_name;
                proxy_set_header Remote-Groups  $auth_groups;

                # Some frameworks take the path or the method from these, which is not what the gateway has judged.
                proxy_set_header X-Original-URL         "";
                proxy_set_header X-Original-Method      "";
                proxy_set_header X-Forwarded-Uri        "";
                proxy_set_header X-Forwarded-Method     "";
                proxy_set_header X-Rewrite-URL          "";
                proxy_set_header X-HTTP-Method          "";
                proxy_set_header X-HTTP-Method-Override "";
                proxy_set_header X-Method-Override      "";

                # The application needs no token of the gateway's: keep it from its logs.
                proxy_set_header Authorization     "";
                proxy_set_header Host              $host;
                proxy_set_header X-Forwarded-For   $remote_addr;
                proxy_set_header X-Forwarded-Host  $host;
                proxy_set_header X-Forwarded-Proto $scheme;
                proxy_set_header X-Request-ID      $request_id;
                proxy_pass http://app;                      # without a path: what was judged is what is forwarded
            }
        \(site.hasLoginPage ? login : "")
            # The question. Only nginx itself can ask it here.
            location = /_auth {
                internal;
                proxy_pass http://auth_gateway/auth/verify/nginx;
                proxy_http_version 1.1;
                proxy_set_header Connection "";
                proxy_set_header Host $host;
                proxy_pass_request_body off;
                proxy_set_header Content-Length "";
                # Of `GET http://a/` with `Host: b` the host is a; $http_host would be b, and the application told a.
                proxy_set_header X-Original-URL    $scheme://$host$request_uri;
                proxy_set_header X-Original-Method $request_method;
                proxy_set_header X-Forwarded-For   $remote_addr;
                proxy_set_header X-Forwarded-Proto $scheme;
                proxy_set_header X-Request-ID      $request_id;    # nginx's own; a client must not choose it
                proxy_connect_timeout 2s;
                proxy_read_timeout 5s;
            }
        \(site.sharesHost ? "" : "}\n\n\(server(site.publicHost))\n")
        \(interface)
        }
        """
    }

    private static func server(_ name: String) -> String {
        """
        server {
            listen 443 ssl;
            server_name \(name);
            ssl_certificate     /etc/ssl/certs/\(name).pem;
            ssl_certificate_key /etc/ssl/private/\(name).key;
            underscores_in_headers off;                     # nginx's default: Remote_User is Remote-User to many
            if ($host != \(name)) {           # rules name hosts, and nginx would take any other for this
                return 404;
            }
        """
    }

    private static let redirect = """
                auth_request_set $auth_login $upstream_http_location;
                error_page 401 = @login;                    # where the gateway names a login page
        """

    private static let noRedirect = """
                # Set access.login_url and print this again to have browsers sent to a login page.
        """

    /// A script or an app has no `Location` in its 401, and gets that.
    private static let login = """

            # A browser without a credential goes where the gateway says; everybody else gets the 401.
            location @login {
                internal;
                if ($auth_login) {
                    return 303 $auth_login;
                }
                return 401;
            }

        """

    private static let interface = """
            # The gateway's own API and key set, for people and apps; the proxies' questions are not for outsiders.
            location /auth/ {
                proxy_pass http://auth_gateway;
                proxy_http_version 1.1;
                proxy_set_header Connection "";
                proxy_set_header Host $host;
                proxy_set_header X-Forwarded-For   $remote_addr;
                proxy_set_header X-Forwarded-Proto $scheme;
                proxy_set_header X-Request-ID      $request_id;
                client_max_body_size 128k;                  # above the gateway's limit, which refuses in JSON
            }

            location /auth/verify/ {
                return 404;
            }

            location = /.well-known/jwks.json {
                proxy_pass http://auth_gateway;
                proxy_http_version 1.1;
                proxy_set_header Connection "";
                proxy_set_header Host $host;
                proxy_set_header X-Request-ID $request_id;
            }
        """
}
