import Testing

/// A page behind a real nginx that asks the real gateway.
@Suite(.timeLimit(.minutes(3)))
struct NginxTests {
    @Test func `a page is served with a token and refused without`() async throws {
        try await withPage { (_: GatewayProcess, nginx: Nginx, token: String) async throws in
            let refused = try await HTTPExchange(path: "/page").send(to: nginx.port)
            #expect(refused.status == 401)
            #expect(refused["www-authenticate"]?.hasPrefix("Bearer") == true)
            let served = try await HTTPExchange(path: "/page", headers: [("Authorization", "Bearer \(token)")]).send(
                to: nginx.port)
            #expect(served.status == 200)
            #expect(served.body == "page user=[johndoe] groups=[]")
        }
    }

    @Test func `a client's own identity headers never arrive at the back end`() async throws {
        try await withPage { (_: GatewayProcess, nginx: Nginx, token: String) async throws in
            let forged = [("Remote-User", "root"), ("Remote-Groups", "admins"), ("remote_user", "root")]
            let served = try await HTTPExchange(
                path: "/page", headers: forged + [("Authorization", "Bearer \(token)")]
            ).send(to: nginx.port)
            #expect(served.body == "page user=[johndoe] groups=[]")
            #expect(try await HTTPExchange(path: "/page", headers: forged).send(to: nginx.port).status == 401)
        }
    }

    @Test func `a logged-out token is refused at the proxy at once`() async throws {
        try await withPage { (gateway: GatewayProcess, nginx: Nginx, token: String) async throws in
            let headers = [("Authorization", "Bearer \(token)")]
            #expect(try await HTTPExchange(path: "/page", headers: headers).send(to: nginx.port).status == 200)
            #expect(try await gateway.send("POST", "/auth/logout", json: "{}", token: token).status == 204)
            #expect(try await HTTPExchange(path: "/page", headers: headers).send(to: nginx.port).status == 401)
        }
    }

    private func withPage(_ body: (GatewayProcess, Nginx, _ token: String) async throws -> Void) async throws {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        let nginx = try await Nginx.start(in: folder, gatewayPort: gateway.port)
        try await body(gateway, nginx, token)
        await nginx.process.end()
        await gateway.end()
    }
}
