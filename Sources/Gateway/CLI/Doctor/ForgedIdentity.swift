/// What a client may say about who it is, in the spellings that proxies and frameworks differ about.
enum ForgedIdentity {
    /// The fields in which the gateway says it.
    static let names = ["Remote-User", "Remote-Subject", "Remote-Email", "Remote-Name", "Remote-Groups"]

    /// The plain request with such fields, each with a value that nobody has.
    static func probes(on plain: Probe, value: String) -> [Probe] {
        let alone = names.flatMap { name in
            [name, name.lowercased(), name.uppercased(), name.replacing("-", with: "_")].map {
                [Probe.Field($0, value)]
            }
        }
        let doubled = names.map { [Probe.Field($0, value), Probe.Field($0, value)] }
        let together = [names, names.map { $0.replacing("-", with: "_") }].map { names in
            names.map { Probe.Field($0, value) }
        }
        // A proxy that drops what Connection names must not drop what it has set itself.
        let dropping = names.map { [Probe.Field("Connection", "close, \($0)")] }
        return (alone + doubled + together + dropping).map { fields in plain.with { $0.fields = fields } }
    }
}
