using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Http;
using Godwit.Engine.Processes;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Postgres.Steps.Maintenance;

/// <summary>The application's maintenance mode.</summary>
public sealed class MaintenanceStepKind : IStepKind
{
    private static readonly string[] s_others = ["sql", "http", "file", "command"];

    public string Name => "maintenance";

    public string Summary => "Switches a maintenance mode on or off.";

    public Shape.Map Shape { get; } = new(
        new Field("mode", new Shape.Choice("on", "off"), "What it is switched to", Required: true),
        new Field("name", new Shape.Text("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}") { Expected = "letters, digits, '-', '_' and '.', at most 63", MaxLength = 63 }, "The row of godwit.maintenance that applications look at") { Default = "default" },
        new Field("message", new Shape.Text { MaxLength = 2000 }, "What applications may tell people meanwhile"),
        new Field("sql", new Shape.Map(
            new Field("on", new Shape.Text(), "The statement that switches it on", Required: true),
            new Field("off", new Shape.Text(), "The statement that switches it off", Required: true),
            new Field("read", new Shape.Text(), "A query that answers true when it is on; without it, undoing takes the other mode for what was before"),
            new Field("search_path", new Shape.Text { MaxLength = 1000 }, "Where unqualified names are looked up") { Default = "public" })
        {
            Name = "switch by sql",
            Description = "Statements that switch a mode",
        }, "Switches by statements instead"),
        new Field("http", new Shape.Map(
            new Field("on", Request(), "The request that switches it on", Required: true),
            new Field("off", Request(), "The request that switches it off", Required: true),
            new Field("read", new Shape.Map(HttpRequestSettings.Fields("GET")) { Short = "url" }, "A request that is answered as expected when it is on; without it, undoing takes the other mode for what was before"))
        {
            Name = "switch by request",
            Description = "Requests that switch a mode",
        }, "Switches by requests instead"),
        new Field("file", new Shape.Map(
            new Field("path", new Shape.Text { MaxLength = 4000 }, "The file, from the runbook's folder", Required: true),
            new Field("reload", new Shape.Map(CommandSettings.Fields), "The command that has the service look at it"))
        {
            Short = "path",
            Name = "switch by file",
            Description = "A file that is there while it is on",
        }, "Switches by a file instead, which is there while it is on"),
        new Field("command", new Shape.Map(
            new Field("on", new Shape.Map(CommandSettings.Fields), "The command that switches it on", Required: true),
            new Field("off", new Shape.Map(CommandSettings.Fields), "The command that switches it off", Required: true),
            new Field("read", new Shape.Map(CommandSettings.Fields), "A command that ends with 0 when it is on and with 1 when it is off; without it, undoing takes the other mode for what was before"))
        {
            Name = "switch by command",
            Description = "Commands that switch a mode",
        }, "Switches by commands instead"),
        new Field("probe", MaintenanceProbe.Shape, "Looks from outside whether it is so, after switching and after switching back"))
    {
        Short = "mode",
    };

    public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        if (s_others.Count(step.Settings.Has) > 1) yield return Finding.Error(FindingCodes.KindSettings, "A maintenance mode has one switch: sql, http, file, command, or without any of them the row", step.Place);
        if (step.Settings.MapOrNull("probe") is { } probe)
        {
            foreach (var finding in HttpRequestSettings.Check(probe, step.At("/probe"))) yield return finding;
        }
        if (step.Settings["file"] is JsonObject file && file.MapOrNull("reload") is { } reload)
        {
            foreach (var finding in CommandSettings.Check(reload, step.At("/file/reload"))) yield return finding;
        }
        if (step.Settings.MapOrNull("command") is { } command)
        {
            foreach (var key in (string[])["on", "off", "read"])
            {
                if (command.MapOrNull(key) is not { } run) continue;
                foreach (var finding in CommandSettings.Check(run, step.At($"/command/{key}"))) yield return finding;
            }
        }
        if (step.Settings.MapOrNull("http") is not { } http) yield break;
        foreach (var key in (string[])["on", "off", "read"])
        {
            if (http.MapOrNull(key) is not { } request) continue;
            foreach (var finding in HttpRequestSettings.Check(request, step.At($"/http/{key}"))) yield return finding;
        }
    }

    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var settings = step.Settings;
        IMaintenanceSwitch use =
            settings.MapOrNull("sql") is { } sql ? new SqlSwitch(sql.Text("on"), sql.Text("off"), sql.TextOrNull("read"), sql.Text("search_path"))
            : settings.MapOrNull("http") is { } http ? new HttpSwitch(HttpRequestSettings.Read(http.Map("on"), files), HttpRequestSettings.Read(http.Map("off"), files), http.MapOrNull("read") is { } read ? HttpRequestSettings.Read(read, files) : null)
            : settings.MapOrNull("command") is { } command ? new CommandSwitch(CommandSettings.Read(command.Map("on")), CommandSettings.Read(command.Map("off")), command.MapOrNull("read") is { } asks ? CommandSettings.Read(asks) : null)
            : settings["file"] is JsonObject file ? new FileSwitch(file.Text("path"), settings.TextOrNull("message"), file.MapOrNull("reload") is { } reload ? CommandSettings.Read(reload) : null)
            // As plans of earlier programs have it.
            : settings["file"] is JsonValue path ? new FileSwitch(path.GetValue<string>(), settings.TextOrNull("message"), null)
            : new RowSwitch(settings.Text("name"), settings.TextOrNull("message"));
        return new MaintenanceStep(use, settings.Text("mode") == "on", settings.MapOrNull("probe") is { } probe ? MaintenanceProbe.Read(probe, files) : null);
    }

    private static Shape.Map Request() => new(HttpRequestSettings.Fields("POST")) { Short = "url" };
}
