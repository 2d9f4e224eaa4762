import GatewayAccess
import GatewayHTTP
import GatewayKit
import GatewayYAML

/// What a reload can and cannot change, by comparing two readings of the file.
enum ReloadedSettings {
    /// The settings that only a start can change and that have changed, by their path.
    static func unchangeable(_ old: Deployment, _ new: Deployment) -> [String] {
        let (before, after) = (old.settings.server, new.settings.server)
        var changed: [String] = []
        if before.listen != after.listen { changed.append("server.listen") }
        if before.socketMode != after.socketMode { changed.append("server.socket_mode") }
        if before.operationsListen != after.operationsListen { changed.append("server.operations_listen") }
        if old.path(before.secretFile) != new.path(after.secretFile) { changed.append("server.secret_file") }
        if !isSame("storage", old, new) { changed.append("storage") }
        return changed
    }

    /// Whether a token that one reading has found good is good to the other too.
    static func judgeTokensAlike(_ old: Deployment, _ new: Deployment) -> Bool {
        old.settings.server.publicURL == new.settings.server.publicURL && isSame("tokens", old, new)
            && old.settings.access.issuers == new.settings.access.issuers
    }

    /// Whether a section of the file says the same, its defaults filled in. What is hidden in print, by a secret's name
    /// or for coming out of a variable, must be the same as it was read.
    private static func isSame(_ key: String, _ old: Deployment, _ new: Deployment) -> Bool {
        let (before, after) = (old.node.entry(key)?.value, new.node.entry(key)?.value)
        if before?.text == after?.text { return true }
        let (shownBefore, shownAfter) = (shown(key, of: old), shown(key, of: new))
        return shownBefore == shownAfter && !shownBefore.contains(EffectiveConfiguration.notShown)
            && !shownBefore.contains(EffectiveConfiguration.secret)
    }

    /// The effective configuration of a file that has that section alone, without the notes of what is a default.
    private static func shown(_ key: String, of deployment: Deployment) -> String {
        let node = ConfigNode(.map(deployment.node.entry(key).map { [$0] } ?? []), at: .none)
        let text = EffectiveConfiguration.yaml(
            for: node, root: GatewaySettings.root, registry: deployment.host.registry)
        let note = EffectiveConfiguration.standardNote
        let lines = text.split(separator: "\n").map { $0.hasSuffix(note) ? $0.dropLast(note.count) : $0 }
        return lines.joined(separator: "\n")
    }
}

extension ConfigNode {
    /// All that it says, without where.
    fileprivate var text: String {
        switch content {
        case .empty: "~"
        case .broken: "!"
        case .scalar(let scalar): "\(scalar.text.utf8.count):\(scalar.text)"
        case .list(let items): "[" + items.map(\.text).joined(separator: ",") + "]"
        case .map(let entries):
            "{" + entries.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }.joined(separator: ",") + "}"
        }
    }
}
