using Godwit.Engine.Reports.Personal;
using Godwit.Engine.Runbooks;

namespace Godwit.Engine.Reports;

/// <summary>What parts of a report are made of.</summary>
internal sealed class ReportContext(RunRecord record, RunbookKinds kinds, string toolVersion)
{
    public RunRecord Record => record;

    public RunbookKinds Kinds => kinds;

    public string ToolVersion => toolVersion;

    public RunNotes Notes { get; } = RunNotes.Of(record);

    public PersonalInventory Personal => field ??= PersonalInventory.Of(record);
}
