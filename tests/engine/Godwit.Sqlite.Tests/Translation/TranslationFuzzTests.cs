using FsCheck;
using FsCheck.Fluent;
using Godwit.Sqlite.Tests.Grammar;
using Godwit.Sqlite.Translation;

namespace Godwit.Sqlite.Tests.Translation;

public sealed class TranslationFuzzTests
{
    private static readonly string[] Names = ["a", "Ärger", "_x$1", "key", "abort", "window", "over", "filter", "replace", "end", "left", "a b", "select", "x\"y", "it's", "from", "x`y", "x[y"];

    /// <summary>The cases' columns under the names that random expressions use.</summary>
    private static readonly TypedRelation Relation = new("a", "a", [.. Names.Select((name, i) => CaseTable.Relation.Columns[(i * 5) % CaseTable.Relation.Columns.Count] with { SourceName = name })]);

    [Fact]
    public void Any_expression_gives_a_translation_or_a_reason() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Expressions.Any, expression =>
            Enum.GetValues<ExpressionPurpose>().All(purpose => ExpressionTranslator.Translate(expression, Relation, purpose) switch
            {
                Godwit.Sqlite.Translation.Translation.Success success => success.Sql.Length > 0,
                Godwit.Sqlite.Translation.Translation.Failure failure => failure.Reason.Length > 0,
                _ => false,
            })));
}
