using Godwit.Documents.Shapes;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Scripts;

namespace Godwit.Postgres.Steps.Sql;

/// <summary>SQL from files: a migration.</summary>
public sealed class SqlStepKind : IStepKind
{
    public string Name => "sql";

    public string Summary => "Runs a file of SQL, in a transaction unless it says otherwise.";

    public Shape.Map Shape { get; } = new(
        new Field("up", new Shape.File(), "The file to run; it may hold the way down too, after a line \"-- godwit:down\".", Required: true),
        new Field("down", new Shape.File(), "The file that undoes it."),
        new Field("transaction", new Shape.Flag(), "Whether all statements commit together; false is for what PostgreSQL refuses in a transaction, such as CREATE INDEX CONCURRENTLY.") { Default = "true" },
        new Field("search_path", new Shape.Text { MaxLength = 1000 }, "Where unqualified names are looked up.") { Default = "public" },
        new Field("statement_timeout", new Shape.Duration(), "How long one statement may take; 0s is for ever.") { Default = "15m" },
        new Field("lock_timeout", new Shape.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)), "How long to wait for a lock before letting go and trying again.") { Default = "2s" },
        new Field(
            "verify",
            new Shape.List(new Shape.Map(
                new Field("query", new Shape.Text(), "A query; the first column of its first row is compared.", Required: true),
                new Field("expect", new Shape.Scalar(), "What it has to answer, as text.") { Default = "true" })),
            "Questions that have to be answered so afterwards."))
    {
        Short = "up",
    };

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = SqlSettings.Read(step.Settings);
        var findings = new List<Finding>();
        var up = MigrationFile.Read(files[settings.Up].Text);
        var down = settings.Down is null ? up.Down : Alone(MigrationFile.Read(files[settings.Down].Text));
        if (up.Fault is not null) findings.Add(Wrong(settings.Up, 1, up.Fault));
        if (up.Up is { } forward) CheckPart(settings.Up, forward, settings.Transaction && forward.Transaction, findings);
        if (down is not null) CheckPart(settings.Down ?? settings.Up, down, settings.Transaction && down.Transaction, findings);
        if (up.Up is { Fault: null, Statements.Count: 0 }) findings.Add(Wrong(settings.Up, 1, "the file holds no statement"));
        return findings;

        // A file of its own for the way down needs no mark; one that has marks is read by them.
        static MigrationPart? Alone(MigrationFile file) => file.Down ?? file.Up;
    }

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = SqlSettings.Read(step.Settings);
        var up = MigrationFile.Read(files[settings.Up].Text);
        var down = settings.Down is null ? up.Down : MigrationFile.Read(files[settings.Down].Text) is var file ? file.Down ?? file.Up : null;
        return new SqlStep(settings, up.Up!, down);
    }

    private static void CheckPart(string path, MigrationPart part, bool transaction, List<Finding> findings)
    {
        if (part.Fault is { } fault)
        {
            findings.Add(Wrong(path, fault.Line, fault.Message));
            return;
        }
        foreach (var statement in part.Statements)
        {
            if (StatementKinds.ControlsTransaction(statement))
                findings.Add(Wrong(path, statement.Line, $"{statement.Words[0]} begins or ends a transaction, which is the runner's business", "Remove it; \"transaction: false\" runs the file statement by statement."));
            else if (StatementKinds.IsCopyFromClient(statement))
                findings.Add(Wrong(path, statement.Line, "COPY FROM STDIN has its rows in the file, which only psql can send", "Use INSERT, or a step of the kind move or backfill."));
            else if (transaction && StatementKinds.NeedsNoTransaction(statement))
                findings.Add(Wrong(path, statement.Line, $"PostgreSQL refuses {string.Join(' ', statement.Words.Take(2))} in a transaction", "Set \"transaction: false\" for this step, and give it a file of its own."));
        }
    }

    private static Finding Wrong(string path, int line, string message, string? remedy = null) =>
        Finding.Error(FindingCodes.SqlFile, message, new Place.InFile(path, line, 1), remedy);
}
