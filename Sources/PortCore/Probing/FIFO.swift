/// A first-in, first-out queue on an array whose used front is dropped now and then.
struct FIFO<Element> {
    private var elements: [Element] = []
    private var head = 0

    var first: Element? { head < elements.count ? elements[head] : nil }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        defer { dropUsed() }
        head += 1
        return elements[head - 1]
    }

    private mutating func dropUsed() {
        guard head >= 1024, head * 2 >= elements.count else { return }
        elements.removeFirst(head)
        head = 0
    }
}
