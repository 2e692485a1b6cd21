namespace Godwit.Engine.Reports.Compliance;

/// <summary>A law or standard, by the parts of it that a change to a database has to do with.</summary>
/// <param name="Note">For whom it is, or where its numbers are from.</param>
internal sealed record Framework(string Name, string Note, IReadOnlyList<Control> Controls);

/// <summary>A part of one, in our words: the document itself counts, not these.</summary>
/// <param name="Id">Its number there.</param>
/// <param name="Topic">What it is about, in a few words.</param>
/// <param name="By">What of a run bears on it.</param>
/// <param name="LeftTo">What no run can show, and whose business it is.</param>
internal sealed record Control(string Id, string Topic, IReadOnlyList<Evidence> By, string LeftTo);
