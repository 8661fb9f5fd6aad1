import Testing

@testable import PortCore

@Suite("A first-in, first-out queue")
struct FIFOTests {
    @Test("gives back what was put in, in order, and then nothing")
    func order() {
        forEachSeed(50) { seed, random in
            var queue = FIFO<Int>()
            var model: [Int] = []
            var next = 0
            // Long enough that the used front is dropped more than once.
            for _ in 0..<4000 {
                if random.chance(next < 2500 ? 60 : 30) {
                    queue.append(next)
                    model.append(next)
                    next += 1
                } else {
                    let expected = model.isEmpty ? nil : model.removeFirst()
                    guard queue.first == expected, queue.popFirst() == expected else {
                        Issue.record("seed \(seed): expected \(String(describing: expected))")
                        return
                    }
                }
            }
            while let element = queue.popFirst() { #expect(element == model.removeFirst(), "seed \(seed)") }
            #expect(model.isEmpty, "seed \(seed)")
            #expect(queue.first == nil)
        }
    }
}
