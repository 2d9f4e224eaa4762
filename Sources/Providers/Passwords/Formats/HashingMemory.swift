import CArgon2
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// The memory that Argon2id works in: kept from one hash to the next, and given back to the system on ``release()``.
///
/// The C library's own allocator would keep it for good, in an arena of each thread that has ever computed a hash:
/// 19 MiB each, by the settings of OWASP. Taking it anew costs a tenth of the hash.
final class HashingMemory: Sendable {
    private struct Block {
        let address: UInt
        let size: Int
    }

    /// The one of this process: libargon2 hands nothing on by which another could be told.
    static let shared: HashingMemory = {
        #if canImport(Glibc)
            // Other formats that take much leave it to the C library: it is to give such blocks back as they are freed,
            // and not to raise its threshold for that by each that it sees.
            _ = mallopt(M_MMAP_THRESHOLD, 4 << 20)
        #endif
        return HashingMemory()
    }()

    /// What nobody works in now, the one that was used last at the end.
    private let kept = Mutex<[Block]>([])
    /// Hashes of other systems ask for other sizes than our own: of those the oldest goes first.
    private static let mostKept = 8
    /// Of x86-64, and of ARM with pages of 4 KiB, in bytes; where it is another size, small pages come.
    private static let hugePage = 2 << 20

    /// How many bytes are kept that nobody works in.
    var keptSize: Int { kept.withLock { $0.reduce(0) { $0 + $1.size } } }

    /// Has libargon2 take its memory from here, and give it back to here, wiped.
    static func provide(for context: inout argon2_context) {
        unsafe context.allocate_cbk = { memory, size in
            guard let memory = unsafe memory else { return ARGON2_MEMORY_ALLOCATION_ERROR.rawValue }
            unsafe memory.pointee = HashingMemory.shared.take(size)
            return ARGON2_OK.rawValue
        }
        unsafe context.free_cbk = { memory, size in
            guard let memory = unsafe memory else { return }
            unsafe HashingMemory.shared.put(memory, size)
        }
    }

    /// Memory of so many bytes; nil when the system has none.
    func take(_ size: Int) -> UnsafeMutablePointer<UInt8>? {
        let known = kept.withLock { kept in
            kept.lastIndex { $0.size == size }.map { kept.remove(at: $0) }
        }
        let block = known ?? Self.map(size) ?? mapBehindRelease(size)
        return unsafe block.flatMap { unsafe UnsafeMutablePointer(bitPattern: $0.address) }
    }

    /// Keeps what was taken, of that size, for whoever comes next.
    func put(_ memory: UnsafeMutablePointer<UInt8>, _ size: Int) {
        let surplus = kept.withLock { kept -> Block? in
            kept.append(Block(address: UInt(bitPattern: memory), size: size))
            return kept.count > Self.mostKept ? kept.removeFirst() : nil
        }
        if let surplus { Self.unmap(surplus) }
    }

    /// Gives back what nobody works in.
    func release() {
        let released = kept.withLock { kept in
            defer { kept = [] }
            return kept
        }
        for block in released { Self.unmap(block) }
    }

    /// What is kept for other sizes may be what the system lacks.
    private func mapBehindRelease(_ size: Int) -> Block? {
        release()
        return Self.map(size)
    }

    /// Takes memory from the system, in huge pages where it has them: taking small ones costs half a hash.
    private static func map(_ size: Int) -> Block? {
        let page = Int(getpagesize())
        let whole = (size + page - 1) / page * page
        let slack = whole < hugePage ? 0 : hugePage
        let start = unsafe mmap(nil, whole + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard unsafe start != MAP_FAILED, let start = unsafe start else { return nil }
        // Only a place that is a multiple of a huge page's size can be one.
        let before = slack == 0 ? 0 : -Int(bitPattern: start) & (hugePage - 1)
        let address = UInt(bitPattern: start) + UInt(before)
        unmap(Block(address: UInt(bitPattern: start), size: before))
        unmap(Block(address: address + UInt(whole), size: slack - before))
        if slack > 0 { _ = unsafe madvise(UnsafeMutableRawPointer(bitPattern: address), whole, MADV_HUGEPAGE) }
        return Block(address: address, size: size)
    }

    private static func unmap(_ block: Block) {
        guard block.size > 0 else { return }
        _ = unsafe munmap(UnsafeMutableRawPointer(bitPattern: block.address), block.size)
    }
}
