import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct SyncTests {
    /// No kill can show it: what a process has written outlives it, and only a power cut would not.
    @Test(.needs("strace")) func `a registration is on the disk before its answer is on the way`() async throws {
        let folder = try TestFolder()
        let trace = CallTrace(in: folder)
        let writes = "fsync,fdatasync,write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg"
        let gateway = try await GatewayProcess.start(
            // `-y` names each file, and `-s` shows a whole page of the store.
            in: folder, behind: try trace.command(writes, ["-y", "-s", "4096"]))
        let json = #"{"username":"johndoe","email":"john@example.com","password":"correct horse battery"}"#
        #expect(try await gateway.send("POST", "/auth/register", json: json).status == 201)
        #expect(await gateway.process.end() == 0)
        let calls = try trace.calls(of: gateway)
        let ready = try #require(calls.firstIndex { $0.contains("ready to serve") })
        let answer = try #require(calls.firstIndex { $0.contains("HTTP/1.1 201") })

        // The registration's pages are those with the name; what delivers the mail writes too, and none of them.
        let pages = calls.indices.filter {
            calls[$0].contains("johndoe") && calls[$0].contains(#/pwrite.*auth-gateway\.db-wal/#)
        }
        #expect(pages.allSatisfy { ready < $0 && $0 < answer }, "\(pages) between \(ready) and \(answer)")
        let last = try #require(pages.last)
        let synced = try #require(Self.synced(in: calls, after: last))
        #expect(synced < answer)
    }

    /// Where the first sync of the write-ahead log that began behind a call has succeeded.
    private static func synced(in calls: [Substring], after call: Int) -> Int? {
        for begun in calls.indices.dropFirst(call + 1) {
            guard calls[begun].contains(#/sync\(\d+<.*auth-gateway\.db-wal>/#) else { continue }
            if calls[begun].hasSuffix("= 0") { return begun }
            // Others came in between: it ends in the next line of its own thread.
            let thread = calls[begun].prefix { $0 != " " } + " "
            let ended = calls.indices.dropFirst(begun + 1).first { calls[$0].hasPrefix(thread) }
            if let ended, calls[ended].contains(#/sync resumed>.*= 0$/#) { return ended }
        }
        return nil
    }
}
