import Testing

@testable import JSONText

struct JSONProblemTests {
    @Test func leavesUnknownPartsOut() {
        #expect(JSONProblem(message: "wrong").description == "wrong")
        let full = JSONProblem(
            place: JSONPlace(file: "f.json", line: 3, column: 9), path: ["a", 0, "b"], message: "wrong",
            remedy: "mend it")
        #expect(full.description == "f.json:3:9: a[0].b: wrong; mend it")
        #expect(JSONProblem(path: ["a"], message: "wrong").description == "a: wrong")
    }

    @Test func sortsByPlace() {
        let problems = [
            JSONProblem(place: JSONPlace(file: "b", line: 1, column: 1), message: "6"),
            JSONProblem(place: JSONPlace(file: "a", line: 10, column: 2), message: "4"),
            JSONProblem(place: JSONPlace(file: "a", line: 9, column: 30), message: "3"),
            JSONProblem(place: JSONPlace(file: "a", line: 10, column: 2), path: ["z"], message: "0"),
            JSONProblem(place: JSONPlace(file: "a"), message: "2"),
            JSONProblem(message: "1"),
        ]
        #expect(
            JSONProblems(problems).description == """
                1
                a: 2
                a:9:30: 3
                a:10:2: 4
                a:10:2: z: 0
                b:1:1: 6
                """)
    }

    @Test func countsWhatIsNotListed() {
        let problem = JSONProblem(message: "wrong")
        #expect(JSONProblems([problem], omitted: 1).description == "wrong\nand 1 more problem")
        #expect(JSONProblems([problem], omitted: 2).description == "wrong\nand 2 more problems")
    }
}
