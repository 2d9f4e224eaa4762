import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct SyncTests {
    /// No kill can show it: what a process has written outlives it, and only a power cut would not.
    @Test(.needs("strace")) func `a registration is on the disk before its answer is on the way`() async throws {
        let folder = try TestFolder()
        let trace = folder.path("trace.txt")
        let strace = try #require(Program.path(of: "strace"))
        let gateway = try await GatewayProcess.start(
            in: folder,
            // The tracer is a grandchild, so that the process itself is the gateway; `-y` names each file.
            behind: [
                // LeakSanitizer, where this is built with it, cannot look into what is traced.
                strace, "-E", "LSAN_OPTIONS=detect_leaks=0", "-D", "-f", "-y", "-s", "64", "-e",
                "trace=fsync,fdatasync,write,writev,sendto,sendmsg", "-o",
                trace,
            ])
        let json = #"{"username":"johndoe","email":"john@example.com","password":"correct horse battery"}"#
        #expect(try await gateway.send("POST", "/auth/register", json: json).status == 201)
        #expect(await gateway.process.end() == 0)
        var lines: [Substring] = []
        // The tracer writes the last line when it has seen the end, which may be after us.
        while !(lines.last?.contains("exited with") ?? false) {
            lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
        }
        let answer = try #require(lines.firstIndex { $0.contains("HTTP/1.1 201") })
        let written = try #require(lines[..<answer].lastIndex { $0.contains(#/sync\(.*auth-gateway\.db-wal/#) })
        // Nothing of the transaction was written behind the sync that this answer followed.
        #expect(!lines[written..<answer].contains { $0.contains(#/write.*auth-gateway\.db-wal/#) })
        let begun = lines[..<answer].lastIndex { $0.contains("ready to serve") }
        #expect(try #require(begun) < written)
    }
}
