using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Http;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps.Http;

/// <summary>A request to a service.</summary>
public sealed class HttpStepKind : IStepKind
{
    public string Name => "http";

    public string Summary => "Sends a request, at least once, with one Idempotency-Key.";

    public Shape.Map Shape { get; } = new(
    [
        .. HttpRequestSettings.Fields("POST"),
        Checks.Check.ListField("verify", "What has to hold afterwards"),
        new Field("undo", new Shape.Map(HttpRequestSettings.Fields("POST")) { Short = "url" }, "The request that takes it back"),
    ])
    {
        Short = "url",
    };

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) =>
    [
        .. HttpRequestSettings.Check(step.Settings, step.Place),
        .. step.Settings.MapOrNull("undo") is { } undo ? HttpRequestSettings.Check(undo, step.At("/undo")) : [],
        .. Checks.Check.CheckAll(step.Settings, "verify", step.At),
    ];

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => new HttpStep(
        HttpRequestSettings.Read(step.Settings, files),
        step.Settings.MapOrNull("undo") is { } undo ? HttpRequestSettings.Read(undo, files) : null,
        Checks.Check.ReadAll(step.Settings, "verify", files));
}
