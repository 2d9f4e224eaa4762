import Foundation
import GatewayTestServers
import Testing

/// The systemd unit, by systemd's own tools; nothing here starts it.
@Suite(.timeLimit(.minutes(5)), .needs("systemd-analyze"))
struct SystemdTests {
    @Test func `systemd takes the units and their drop-ins without a word`() async throws {
        let folder = try unit()
        let (status, output) = try await analyze(
            ["verify", folder.path("auth-gateway.service"), folder.path("auth-gateway.socket")])
        #expect(status == 0)
        #expect(output == "")
    }

    @Test func `systemd finds little that the unit is exposed to`() async throws {
        let folder = try unit()
        let (status, output) = try await analyze(
            ["security", "--offline=true", "--threshold=15", folder.path("auth-gateway.service")])
        #expect(status == 0, "\(output)")
    }

    @Test func `the socket's unit listens where a file that says nothing listens`() async throws {
        let unit = try Project.text(of: "deploy/systemd/auth-gateway.socket")
        let stream = try #require(unit.firstMatch(of: #/(?m)^ListenStream=(.*)$/#)).1
        let (_, schema) = try await GatewayProcess.run(["schema"], in: TestFolder())
        #expect(schema.contains("\"default\": \"\(stream)\"") || schema.contains("\"default\":\"\(stream)\""))
    }

    @Test(.needs("strace")) func `a gateway asks the system for nothing that the unit forbids`() async throws {
        let folder = try TestFolder()
        let trace = CallTrace(in: folder)
        let gateway = try await GatewayProcess.start(in: folder, behind: try trace.command("all", ["-s", "0"]))
        _ = try await TourTests.registerAndLogIn(at: gateway)
        #expect(await gateway.process.end() == 0)
        // SQLite gives its files to their owner where it is root, which it is in some tests and never in the unit.
        try await expectAllowed(
            try trace.calls(of: gateway), expecting: ["accept4", "epoll_wait", "fsync", "setpriority"],
            except: geteuid() == 0 ? ["fchown"] : [])
    }

    @Test(.needs("strace"), .needs("aiosmtpd"), .needsPostgres)
    func `nor does one that looks up names, and speaks TLS with PostgreSQL and a mail server`() async throws {
        let cluster = try await PostgresCluster.startWithTLS()
        var deployment = try await PostgresDeployment.new(on: cluster)
        // Nobody has the first name (RFC 6761, section 6.4), so a name server is asked for it.
        deployment.url =
            "postgres://postgres@nobody.invalid:\(cluster.port),localhost:\(cluster.port)/\(deployment.database)"
            + "?sslmode=verify-full&sslrootcert=\(cluster.certificate)"
        try await deployment.prepare()
        let mails = try await MailServer.start(in: TestFolder())
        let trace = CallTrace(in: deployment.folder)
        let gateway = try await GatewayProcess.start(
            in: deployment.folder,
            extra: deployment.settings + MailServer.section(port: mails.port, folder: mails.folder),
            environment: ["SMTP_PASSWORD": MailServer.password, "RES_OPTIONS": "timeout:1 attempts:1"],
            behind: try trace.command("all", ["-s", "0"]))
        _ = try await TourTests.registerAndLogIn(at: gateway)
        _ = try await mails.mails(1)
        #expect(await gateway.process.end() == 0)
        #expect(try mails.envelopes() == ["no-reply@example.com john@example.com tls gateway"])
        let lines = try trace.calls(of: gateway)
        for sight in ["/etc/hosts", "/etc/resolv.conf", cluster.certificate, "SOCK_DGRAM", "AF_NETLINK"] {
            #expect(lines.contains { $0.contains(sight) }, "\(sight)")
        }
        try await expectAllowed(lines, expecting: ["accept4", "connect", "epoll_wait", "poll", "setpriority"])
    }

    /// Calls that were traced are among those that the unit allows, and some are seen.
    private func expectAllowed(
        _ lines: [Substring], expecting some: Set<String>, except excused: Set<String> = []
    ) async throws {
        let made = Set(lines.compactMap { $0.firstMatch(of: #/^[0-9]+ +([a-z0-9_]+)\(/#).map { String($0.1) } })
        #expect(made.isSuperset(of: some), "\(made)")
        let unit = try Project.text(of: "deploy/systemd/auth-gateway.service")
        var allowed: Set<String> = []
        for filter in unit.matches(of: #/(?m)^SystemCallFilter=(~?)(@\S+)$/#) {
            let calls = try await calls(of: String(filter.2))
            if filter.1.isEmpty { allowed.formUnion(calls) } else { allowed.subtract(calls) }
        }
        #expect(made.subtracting(excused).subtracting(allowed) == [])
        #expect(lines.filter { $0.contains("PROT_WRITE|PROT_EXEC") } == [])
        let families = try #require(unit.firstMatch(of: #/(?m)^RestrictAddressFamilies=(.*)$/#)).1.split(separator: " ")
        let opened = Set(lines.compactMap { $0.firstMatch(of: #/ socket\((AF_[A-Z0-9]+)/#)?.1 })
        #expect(opened.contains("AF_INET") && opened.isSubset(of: families), "\(opened)")
    }

    /// The unit with its drop-ins in a folder, where what it starts is the binary under test.
    private func unit() throws -> TestFolder {
        let folder = try TestFolder()
        let dropIns = folder.path("auth-gateway.service.d")
        try FileManager.default.createDirectory(atPath: dropIns, withIntermediateDirectories: false)
        for (file, place) in [
            ("auth-gateway.service", "auth-gateway.service"), ("auth-gateway.socket", "auth-gateway.socket"),
            ("credentials.conf", "auth-gateway.service.d/1.conf"),
            ("migrate.conf", "auth-gateway.service.d/2.conf"), ("socket.conf", "auth-gateway.service.d/3.conf"),
        ] {
            let text = try Project.text(of: "deploy/systemd/" + file)
            try folder.write(place, text.replacing("/usr/local/bin/auth-gateway", with: GatewayProcess.binary))
        }
        return folder
    }

    /// The system calls of a set, the sets within it too.
    private func calls(of set: String) async throws -> Set<String> {
        let (status, output) = try await analyze(["syscall-filter", set])
        #expect(status == 0, "\(output)")
        let names = output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .dropFirst().filter { !$0.isEmpty && !$0.hasPrefix("#") }
        var calls = Set(names.filter { !$0.hasPrefix("@") })
        for inner in names where inner.hasPrefix("@") { calls.formUnion(try await self.calls(of: inner)) }
        return calls
    }

    private func analyze(_ arguments: [String]) async throws -> (status: Int32, output: String) {
        try await RunningProcess.run(
            Program.path(of: "systemd-analyze") ?? "systemd-analyze", arguments + ["--no-pager"],
            folder: URL(fileURLWithPath: Project.folder))
    }
}
