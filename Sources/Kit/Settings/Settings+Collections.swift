extension Settings {
    /// A list of one kind of thing, in the order of the file; every item is read, even behind a broken one.
    public static func list<Item>(of item: Settings<Item>) -> Settings<[Item]> where Value == [Item] {
        list(of: item, atLeast: 0)
    }

    /// The same with at least one item; `why` says what would be right and becomes the problem of an empty list.
    public static func list<Item>(
        of item: Settings<Item>, notEmpty why: String
    ) -> Settings<[Item]> where Value == [Item] {
        list(of: item, atLeast: 1).checked(why) { !$0.isEmpty }
    }

    private static func list<Item>(
        of item: Settings<Item>, atLeast least: Int
    ) -> Settings<[Item]> where Value == [Item] {
        Settings<[Item]>(shape: .list(of: item.shape, atLeast: least)) { node, reading in
            let nodes: [ConfigNode]
            switch node.content {
            case .list(let items): nodes = items
            case .empty: nodes = []
            case .scalar, .map, .broken:
                reading.report("expected a list such as [a, b], found \(node.content.noun)", at: node.position)
                return nil
            }
            let items = nodes.enumerated().map { index, node in
                reading.descend("[\(index)]", at: node.position) { item.read(node, in: &$0) }
            }
            let whole = items.compactMap(\.self)
            return whole.count == items.count ? whole : nil
        }
    }

    /// A map of free keys to one kind of thing, in the order of the file.
    public static func map<Item>(of item: Settings<Item>) -> Settings<[String: Item]> where Value == [String: Item] {
        Settings<[String: Item]>(shape: .map(of: item.shape)) { node, reading in
            let entries: [ConfigEntry]
            switch node.content {
            case .map(let written): entries = written
            case .empty: entries = []
            case .scalar, .list, .broken:
                reading.report("expected a map, found \(node.content.noun)", at: node.position)
                return nil
            }
            var whole: [String: Item] = [:]
            for entry in entries {
                whole[entry.key] = reading.descend(entry.key, at: entry.position) { item.read(entry.value, in: &$0) }
            }
            return whole.count == entries.count ? whole : nil
        }
    }
}
