using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>Carries a reason out of the recursion; it never leaves the translators.</summary>
internal sealed class TranslationFault(string reason, SourceSpan span) : Exception(reason)
{
    public SourceSpan Span { get; } = span;

    public Translation.Failure ToFailure() => new(Message, Span);
}
