import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A target's servers in the order in which they are worth a try: the one that was good last, the others as the URL has
/// them, and last the one that was left.
///
/// A name with several addresses is as many servers. libpq would try them too, but goes on to the next only when it
/// may block, so that a silent one would take the time of all.
final class PostgresServers: Sendable {
    /// One of them.
    struct Place: Hashable {
        /// Its number in the URL.
        let number: Int
        /// Its address; nil where that is libpq's to find.
        let address: String?
    }

    let target: PostgresTarget
    private let addresses: @Sendable (String) -> [String]
    private let memory = Mutex<(good: Place?, left: Place?)>((nil, nil))

    /// Takes what knows the addresses of a name.
    init(_ target: PostgresTarget, addresses: @escaping @Sendable (String) -> [String] = PostgresServers.lookUp) {
        self.target = target
        self.addresses = addresses
    }

    /// Tries one after another, until one does not throw; throws what all have come to.
    func firstGood<Connection>(
        _ connect: ([String: String]) throws(PostgresFailure) -> Connection
    ) throws(PostgresFailure) -> Connection {
        let (good, left) = memory.withLock { $0 }
        var failures: [PostgresFailure] = []
        var last: [Place] = []
        var numbers = Array(target.servers.indices)
        if let good { numbers = [good.number] + numbers.filter { $0 != good.number } }
        for number in numbers {
            // A name that leads elsewhere by now is followed: what was good there may be a server of the past.
            var places = addresses(of: number).map { Place(number: number, address: $0) }
            if let good, places.contains(good) { places = [good] + places.filter { $0 != good } }
            for place in places {
                if place == left {
                    last.append(place)
                } else if let connection = attempt(place, &failures, connect) {
                    return connection
                }
            }
        }
        for place in last {
            if let connection = attempt(place, &failures, connect) { return connection }
        }
        let message = failures.map(\.message).joined(separator: "; ")
        throw PostgresFailure(.unreachable(failures.compactMap(\.state).last), message)
    }

    /// The one that was good last turned out not to be.
    func leave() {
        memory.withLock { memory in
            if let good = memory.good { memory = (nil, good) }
        }
    }

    private func attempt<Connection>(
        _ place: Place, _ failures: inout [PostgresFailure],
        _ connect: ([String: String]) throws(PostgresFailure) -> Connection
    ) -> Connection? {
        var server = target.servers[place.number]
        // The name stays, for it is what a certificate is compared with.
        if let address = place.address { server["hostaddr"] = address }
        do throws(PostgresFailure) {
            let connection = try connect(target.parameters.merging(server) { $1 })
            memory.withLock { $0 = (place, nil) }
            return connection
        } catch {
            failures.append(error)
            return nil
        }
    }

    private func addresses(of number: Int) -> [String?] {
        let server = target.servers[number]
        guard let host = server["host"], server["hostaddr"] == nil, !host.hasPrefix("/"), !host.hasPrefix("@") else {
            return [nil]
        }
        let found = addresses(host)
        return found.count > 1 ? found : [nil]
    }

    /// The addresses of a name, in the system's order; none where it has none. It may block, as libpq's own look-up.
    static func lookUp(_ name: String) -> [String] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(name, nil, &hints, &found) == 0 else { return [] }
        defer { unsafe freeaddrinfo(found) }
        var addresses: [String] = []
        var next = unsafe found
        while let entry = unsafe next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let (address, length) = unsafe (entry.pointee.ai_addr, entry.pointee.ai_addrlen)
            let capacity = socklen_t(text.count)
            if unsafe getnameinfo(address, length, &text, capacity, nil, 0, NI_NUMERICHOST) == 0 {
                let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                if !addresses.contains(address) { addresses.append(address) }
            }
            unsafe next = entry.pointee.ai_next
        }
        return addresses
    }
}
