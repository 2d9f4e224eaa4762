import Glibc
import Testing

@testable import GatewayProviders

@Suite struct HashingMemoryTests {
    @Test(arguments: [19456 << 10, (64 << 20) + 4096])
    func `memory is kept for the next hash, until it is to be given back`(size: Int) throws {
        let memory = HashingMemory()
        let first = try #require(unsafe memory.take(size))
        unsafe first.update(repeating: 1, count: size)
        #expect(memory.keptSize == 0)
        unsafe memory.put(first, size)
        #expect(memory.keptSize == size)
        #expect(try unsafe #require(memory.take(size)) == first)
        let beside = try #require(unsafe memory.take(size))
        #expect(unsafe beside != first)
        unsafe memory.put(first, size)
        unsafe memory.put(beside, size)
        #expect(Self.isMapped(first, size) && Self.isMapped(beside, size))
        memory.release()
        #expect(memory.keptSize == 0)
        #expect(!Self.isMapped(first, size) && !Self.isMapped(beside, size))
    }

    @Test func `sizes that nobody asks for again do not pile up`() throws {
        let memory = HashingMemory()
        defer { memory.release() }
        let sizes = (1...20).map { $0 << 12 }
        for size in sizes { try unsafe memory.put(#require(memory.take(size)), size) }
        #expect(memory.keptSize == sizes.suffix(8).reduce(0, +))
    }

    @Test func `memory that the system has not is refused`() {
        #expect(unsafe HashingMemory().take(1 << 50) == nil)
    }

    /// Whether all of it is there; `msync` fails where some is not.
    private static func isMapped(_ memory: UnsafeMutablePointer<UInt8>, _ size: Int) -> Bool {
        unsafe msync(memory, size, MS_ASYNC) == 0
    }
}
