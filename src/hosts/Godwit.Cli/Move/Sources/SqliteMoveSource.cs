using System.Text.Json;
using Godwit.Engine.Certificates;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Engine.Steps;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Connections;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Planning;
using Godwit.Sqlite.Reading;
using Godwit.Sqlite.Schemas;

namespace Godwit.Cli.Move.Sources;

/// <summary>A SQLite file as a source.</summary>
internal sealed class SqliteMoveSource(SourceFile file) : IMoveSource
{
    public static (IMoveSource? Source, IReadOnlyList<Finding> Findings) Open(MoveRequest request)
    {
        var opened = SourceFile.Open(request.From, new SourceOpenOptions { ScratchFolder = RunPointer.ScratchFolder, Readers = request.Jobs + 1 });
        return (opened.File is { } file ? new SqliteMoveSource(file) : null, opened.Findings);
    }

    /// <summary>What a live move of a file looks at beyond this.</summary>
    public SourceFile File => file;

    public JsonElement Fingerprint => JsonSerializer.SerializeToElement(file.Fingerprint, RunPointerJson.Default.SourceFingerprint);

    public Task<bool> IsStillAsync(JsonElement fingerprint, CancellationToken cancellation) => Task.FromResult(fingerprint.Deserialize(RunPointerJson.Default.SourceFingerprint) == file.Fingerprint);

    public CertificateSource Certified(string schemaHash) => new(Path.GetFileName(file.Facts.Path), file.Facts.Fingerprint.Database.Size, file.Facts.LibraryVersion, schemaHash);

    public IRowSource Rows => new SqliteRowSource(file);

    public async Task<PlanResult> PlanAsync(PlanOptions options, PostgresTarget? target, int jobs, MoveProgress progress, IRunEnvironment environment, CancellationToken cancellation) =>
        (await PlannedMove.PlanAsync(file, options, jobs, progress, cancellation, environment)).Result;

    public Task<IReadOnlyList<Finding>> CompareAsync(
        MovePlan plan, IReadOnlyCollection<string> leftOut, IReadOnlyDictionary<string, IReadOnlyList<string>>? leftOutColumns, CancellationToken cancellation) =>
        Task.FromResult(SourceCoverage.Compare(SchemaReader.Read(file.Control), plan, leftOut, leftOutColumns));

    public Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<string>>([.. SchemaReader.Read(file.Control).Tables.Select(t => t.Name)]);

    public IReadOnlyList<Finding> Use(MovePlan plan, IRunEnvironment environment) => SourceTransforms.Use(file, [.. MoveTransforms.Of(plan)], environment);

    public IReadOnlyList<Finding> UseAgain(RunDescription run, IRunEnvironment environment) => SourceTransforms.UseAgain(file, run, environment);

    public void Dispose() => file.Dispose();
}
