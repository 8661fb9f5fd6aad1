import Foundation
import Testing

@Suite("Whatever ends a check while the database is first made, every command goes on from what is left")
struct CreationTests {
    private static let canTrace =
        (try? CommandLineRunner().shell("strace -o /dev/null -e inject=close:signal=SIGKILL:when=1 true"))?.status
        == 137
    private static let canMount =
        (try? CommandLineRunner().shell("unshare -m sh -c 'mount -t tmpfs -o size=64k none .'"))?.status == 0

    /// Defines `goes_on`: `verify` knows what is left or says that nothing is recorded, a check records, and all holds.
    private static let goesOn = """
        goes_on() {
            told=$("$portbase" verify --db f/x.db 2>&1) || case $told in
            *'No run is recorded'*|*'No database at'*) ;;
            *) echo "$1: verify: $told" ;;
            esac
            told=$("$portbase" check -H 127.0.0.1 -p 1 --name k --db f/x.db --no-perfdata --require-record 2>&1)
            [ "$told" = 'WARNING - Port 1 is closed' ] || echo "$1: check: $told"
            "$portbase" verify -q --db f/x.db || echo "$1: verify does not hold"
        }
        """

    @Test(
        "A kill at each call that changes the files (bench/torture: at each call)",
        .enabled(if: canTrace, "needs strace, and the right to trace"),
        arguments: ["", "cp copy.db f/x.db"])
    func killed(preparation: String) throws {
        let result = try CommandLineRunner().shell(
            """
            \(Self.goesOn)
            "$portbase" check -H 127.0.0.1 -p 1 --name k --db src.db -q; "$portbase" backup copy.db --db src.db -q
            kills=0
            for call in pwrite64 fdatasync unlink; do
                number=0
                while :; do
                    number=$((number + 1)); rm -rf f; mkdir f; umask 077; \(preparation)
                    strace -f -qq -o /dev/null -P "$PWD/f/x.db" -P f/x.db -P "$PWD/f/x.db-wal" -P "$PWD/f/x.db-shm" \\
                        -P "$PWD/f/x.db-journal" -e trace=$call -e inject=$call:signal=SIGKILL:when=$number \\
                        "$portbase" check -H 127.0.0.1 -p 1 --name k --db f/x.db -q >/dev/null 2>&1
                    [ $? = 137 ] || break
                    kills=$((kills + 1)); goes_on "$call $number"
                done
            done 2>/dev/null
            [ $kills -gt 25 ] || echo "only $kills kills"
            """)
        #expect(result.output == "", "\(result)")
    }

    @Test("A limit on the size of files at each size: the check says so, and is not killed")
    func fileSize() throws {
        let result = try CommandLineRunner().shell(
            """
            \(Self.goesOn)
            for size in 0 1 8 9 16 40 64 65 100 150 200 300 350; do
                rm -rf f; mkdir f
                told=$(ulimit -f $size
                    "$portbase" check -H 127.0.0.1 -p 1 --name k --db f/x.db --no-perfdata 2>/dev/null; echo $?)
                case $told in
                *'the run was not recorded: Cannot write'*1) ;;
                *) echo "$size: $told" ;;
                esac
                goes_on $size
            done
            """)
        #expect(result.output == "", "\(result)")
    }

    @Test(
        "A disk that is too small, at each size", .enabled(if: canMount, "needs the right to mount a small file system")
    )
    func fullDisk() throws {
        let result = try CommandLineRunner().shell(
            """
            mkdir f; unshare -m sh -c '
            \(Self.goesOn.replacingOccurrences(of: "'", with: "'\\''"))
            for size in 4 8 12 40 64 100 180 200 220 280; do
                mount -t tmpfs -o size=${size}k none f
                told=$("$portbase" check -H 127.0.0.1 -p 1 --name k --db f/x.db --no-perfdata 2>/dev/null; echo $?)
                case $told in *"the run was not recorded: "*1) ;; *) echo "$size: $told" ;; esac
                mount -o remount,size=4m f
                goes_on $size
                umount f
            done'
            """)
        #expect(result.output == "", "\(result)")
    }

    @Test("What a killed writer left is told to who may not take it back", .enabled(if: geteuid() == 0, "needs root"))
    func mayNotTakeBack() throws {
        let runner = try CommandLineRunner()
        let result = try runner.shell(
            """
            chmod 755 .; mkdir f; sqlite3 f/x.db 'CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(100000));'
            python3 - <<'END'
            import os, sqlite3
            if os.fork() == 0:
                db = sqlite3.connect("f/x.db")
                db.executescript("PRAGMA cache_size = 1; BEGIN; UPDATE t SET a = zeroblob(200000); DROP TABLE t;")
                os._exit(0)
            os.wait()
            END
            [ -s f/x.db-journal ] || echo 'no journal'
            chmod 644 f/*; cp "$portbase" pb; setpriv --reuid 65534 --clear-groups "$portbase" runs --db f/x.db; echo $?
            """)
        #expect(result.output == "1\n", "\(result)")
        #expect(
            result.errors.contains("portbase: A writer of 'f/x.db' was killed, and only who may write"), "\(result)")
    }
}
