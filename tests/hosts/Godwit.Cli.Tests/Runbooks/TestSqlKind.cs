using System.CommandLine;
using Godwit.Documents.Shapes;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Tests.Runbooks;

/// <summary>A kind of the name and keys of <c>sql</c> that is only read, so that the commands can be tested whatever kinds the program has.</summary>
internal sealed class TestSqlKind : IStepKind
{
    public static RunbookKinds Alone { get; } = new([new TestSqlKind()], []);

    public string Name => "sql";

    public string Summary => "Runs a file of SQL";

    public Shape.Map Shape { get; } = new(new Field("up", new Shape.File(), "The file", Required: true), new Field("down", new Shape.File(), "The file that takes it back")) { Short = "up" };

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => [];

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => new Bound(step.Settings.Has("down") ? null : "there is no file that takes it back");

    private sealed record Bound(string? Irreversible) : IStep
    {
        public string UndoSummary => "runs the file that takes it back";

        public Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

        public Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

        public Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

        public Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);
    }
}

/// <summary>A folder, and the program with <see cref="TestSqlKind"/> as its only kind.</summary>
internal sealed class RunbookCommandLine : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("godwit-cli-").FullName;

    public string At(string path) => Path.Combine(Folder, path);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    public async Task<CommandLine> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await GodwitCommand.Create(TestSqlKind.Alone).Parse(arguments)
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken);
        return new CommandLine(code, output.ToString(), error.ToString());
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
