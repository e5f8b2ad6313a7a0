import Testing

@testable import Report

@Suite struct TextTableTests {
    @Test func columnsAreAligned() {
        var table = TextTable(["", "base", "other"])
        table.add(["requests", "5", "12345"])
        table.add(["e", "-", "x"])
        #expect(table.text == """
                      base  other
            --------  ----  -----
            requests     5  12345
            e            -      x

            """)
    }

    @Test func rowsMayBeShortOrLong() {
        var table = TextTable(["a"])
        table.add(["bb", "1", ""])
        table.add([])
        #expect(table.text == """
            a
            --  -  \("")
            bb  1


            """)
    }

    @Test func noLineOfCellsEndsInBlanks() {
        var table = TextTable(["name  ", "value"])
        table.add(["only", ""])
        for line in table.text.split(separator: "\n") { #expect(line.last != " ") }
    }
}
