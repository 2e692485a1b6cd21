using System.Text.RegularExpressions;
using Godwit.Engine.Runbooks;

namespace Godwit.Cli.Runbooks;

/// <summary>
/// What <c>godwit init</c> writes. In the runbook, one space follows the <c>#</c> of a comment; none, or an indentation, follows that of a setting that is
/// switched off, which becomes valid by taking the <c>#</c> away (a test does).
/// </summary>
internal static partial class FirstRunbook
{
    public const string SchemaFile = "runbook.schema.json";

    /// <summary>The files by their paths in the folder.</summary>
    /// <param name="folder">The folder's name, of which the run's is made.</param>
    /// <param name="kinds">What kinds of steps there are: the example uses <c>sql</c> when it is among them.</param>
    public static IReadOnlyDictionary<string, string> Files(string folder, RunbookKinds kinds) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [RunbookOptions.FileName] = Runbook(NameOf(folder), kinds.Steps.Any(k => k.Name == "sql")),
        [SchemaFile] = SchemaCommand.TextOf(kinds) + "\n",
        ["migrations/001_example.up.sql"] = Up,
        ["migrations/001_example.down.sql"] = Down,
    };

    private static string NameOf(string folder)
    {
        var name = NotInName().Replace(folder.ToLowerInvariant(), "-").Trim('-', '_');
        return name.Length == 0 || !char.IsAsciiLetterLower(name[0]) ? "first" : name[..Math.Min(63, name.Length)];
    }

    private static string Runbook(string name, bool withStep) => $$"""
        # yaml-language-server: $schema={{SchemaFile}}
        # A runbook: what is changed, in which order, what has to hold, and how it goes back.
        # docs/runbook.md lists every key. "godwit check" tells what is wrong with this file, and needs no database.
        # Where a key follows the # at once, the setting is switched off: to use it, take the # away, from the lines below it too.
        godwit: 1
        name: {{name}}
        description: Adds a table beside what is there.

        # The database that changes. Its URL never stands here: set DATABASE_URL, or DATABASE_URL_FILE to a file that holds the URL.
        target: {env: DATABASE_URL}

        # Where the journal is copied to while a run goes on: out of reach of whoever administers the target.
        #journal: {env: JOURNAL_URL}

        # Other databases that steps read.
        #sources:
        #  legacy: {path: legacy.db}

        # Values for ${name} in steps, gates, tripwires, notices and rollback. "--set owner=app" gives another than the default.
        #parameters:
        #  owner: {default: app, description: The role that owns what is made}

        # Files with more phases. Their steps come before those of this file. Checklists that come with Godwit are included by name, and printed by "godwit init --show NAME":
        # {{string.Join(", ", BuiltInRunbooks.Names)}}.
        #include: []

        # Where backups of the target go: "godwit backup create" takes and verifies one, and the gate "backup" asks for one. Without a key Godwit makes one.
        #backups:
        #  destinations: [{path: backups}]
        #  key: {env: BACKUP_KEY}

        # What is otherwise in a rehearsal ("godwit rehearse"), which runs all of this on a copy, there and back; the gate "rehearsed" asks for them.
        #rehearsal:
        #  variables: {SERVICE_URL: "http://127.0.0.1:8089"}

        # What is personal, and how a copy of it is masked: "godwit anonymise", "godwit rehearse --anonymise".
        #anonymise:
        #  key: {env: MASK_KEY}
        #  tables:
        #    people:
        #      columns: {email: email, name: text}

        # What of the data is personal, and why it is kept: "godwit report" says what the run did with it.
        #personal_data:
        #  purpose: Letting people sign in
        #  basis: contract
        #  tables:
        #    people: {email: contact, name: identity}

        # Who may approve, and what needs it.
        #roles:
        #  lead: [lead@example.org]
        #approvals:
        #  switch: [lead]

        # Who decides on a rollback, by the time since the switch (without a matrix Godwit's own), and what is looked at after one.
        #rollback:
        #  matrix:
        #    - {until: 4h, action: rollback, takes: 10 minutes}
        #    - {impact: high, action: prefer-forward, approvers: [lead]}
        #  unchanged:
        #    - {name: tables that nobody writes to, query: SELECT count(*) FROM pg_tables}
        #  checklist:
        #    - {name: the database answers, sql: SELECT true}

        # How long old structures stay before "godwit finish" may remove them.
        retention: {keep_old: 7d}

        # The phases run in this order; leave out what is not needed:
        # expand, backfill, verify, switch, observe, contract.
        phases:
          expand:
            # How long the phase may take before the run pauses and says so.
            deadline: 1h
            # What has to hold before it begins.
            gates: []
            steps:
        {{(withStep ? "" : "#")}}      - title: A table beside what is there
        {{(withStep ? "" : "#")}}        sql: {up: migrations/001_example.up.sql, down: migrations/001_example.down.sql}

        {{FirstTripwires.Text}}
        # Who is on call, what is to happen when, and who is told.
        #oncall:
        #  people: [{name: Ada, contact: "+49 30 1234"}, {name: Grace, contact: "+49 30 5678"}]
        #  rotation: {starts: 2026-11-23, order: [Ada, Grace]}
        #timetable:
        #  entries:
        #    - {at: "01:30", what: Go or no-go, who: [lead], decision: true}
        #    - {at: "02:00", what: The schema changes, phase: expand}
        #mail:
        #  server: {env: SMTP_SERVER}
        #  from: {env: SMTP_FROM}
        #notices:
        #  - when: [paused, failed]
        #    text: Somebody has to look.
        #    webhook: {env: CHAT_WEBHOOK_URL}

        """;

    private const string Up = """
        -- Runs in a transaction. Nothing that is in use changes here.
        CREATE TABLE example (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        );

        """;

    private const string Down = """
        -- Takes back what 001_example.up.sql did.
        DROP TABLE example;

        """;

    [GeneratedRegex("[^a-z0-9_-]+")]
    private static partial Regex NotInName();
}
