namespace Godwit.Identity.Consents;

/// <summary>One line of a person's history, the newest first.</summary>
/// <param name="Text">The words, where they were kept.</param>
internal sealed record ConsentDocument(string Type, string Version, bool Granted, DateTimeOffset At, string? Method, string? Text);

/// <summary>What is agreed to.</summary>
/// <param name="Type">terms, privacy, marketing or analytics.</param>
internal sealed record ConsentWords(string Type, string Version, string Content);

/// <param name="Type">terms, privacy, marketing or analytics.</param>
/// <param name="Granted">Agreed to, or withdrawn.</param>
internal sealed record ConsentChoice(string? Type, bool? Granted);
