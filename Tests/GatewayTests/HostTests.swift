import Foundation
import Testing

@testable import Gateway

@Suite struct HostTests {
    @Test func `a text that cannot be written down is no success`() throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        defer { close(full) }
        #expect(Host.write("x", to: full) == ENOSPC)
        let null = open("/dev/null", O_WRONLY)
        defer { close(null) }
        #expect(Host.write(String(repeating: "x", count: 100_000), to: null) == 0)
        #expect(Host.write("", to: full) == 0)
    }
}
