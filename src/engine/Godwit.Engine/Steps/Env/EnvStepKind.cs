using Godwit.Documents.Shapes;
using Godwit.Engine.Processes;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Env;

/// <summary>Variables in the file that the application reads when it starts.</summary>
public sealed class EnvStepKind : IStepKind
{
    public string Name => "env";

    public string Summary => "Gives variables other values in the file that the application reads, and tells the application.";

    public Shape.Map Shape { get; } = new(
        new Field("file", new Shape.Text { MaxLength = 4000 }, "The file of NAME=value lines, from the runbook's folder. It is read when the step runs, and is no part of the plan", Required: true),
        new Field("variables", new Shape.Named(OutsideValue.Shape) { NamePattern = "^[A-Za-z_][A-Za-z0-9_]{0,127}$" }, "The variables, and what each becomes", Required: true),
        new Field("reload", new Shape.Map(CommandSettings.Fields), "The command that has the application read it: a process that runs does not see its file change"),
        new Field("signal", ReloadSignal.Shape, "The signal that has it read it instead"));

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = step.Settings;
        var variables = OutsideValue.ReadAll(settings, "variables");
        if (variables.Count == 0) yield return Finding.Error(FindingCodes.KindSettings, $"The step {step.Id} sets no variable", step.At("/variables"));
        foreach (var finding in OutsideValue.Check(variables, step.At("/variables"))) yield return finding;
        if (settings.Has("reload") && settings.Has("signal")) yield return Finding.Error(FindingCodes.KindSettings, "An application is told by a command or by a signal", step.Place);
        if (settings.MapOrNull("reload") is not { } reload) yield break;
        foreach (var finding in CommandSettings.Check(reload, step.At("/reload"))) yield return finding;
    }

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = step.Settings;
        return new EnvStep(
            settings.Text("file"), OutsideValue.ReadAll(settings, "variables"), settings.MapOrNull("reload") is { } reload ? CommandSettings.Read(reload) : null,
            settings.MapOrNull("signal") is { } signal ? ReloadSignal.Read(signal) : null);
    }
}
