namespace Godwit.Cli.Sample.LearningSol;

/// <summary>How the rows are shared out; what rounding leaves goes to the progress of users, the largest table.</summary>
internal sealed record RowCounts
{
    public const int Fewest = 100;
    public const int Migrations = 6;
    private const int LessonsACourse = 8;

    public required int Users { get; init; }

    public required int Courses { get; init; }

    public required int Lessons { get; init; }

    public required int Achievements { get; init; }

    public required int UserAchievements { get; init; }

    public required int Enrolments { get; init; }

    public required int Sessions { get; init; }

    public required int Participants { get; init; }

    public required int Progress { get; init; }

    public static RowCounts Share(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, Fewest);
        var users = rows * 15L / 100;
        var courses = Math.Clamp(rows / 2000, 3, 500);
        var lessons = courses * LessonsACourse;
        var achievements = Math.Clamp(rows / 1000, 4, 80);
        var sessions = rows * 2L / 100;
        var shared = new RowCounts
        {
            Users = (int)users,
            Courses = courses,
            Lessons = lessons,
            Achievements = achievements,
            UserAchievements = (int)(rows * 8L / 100),
            Enrolments = (int)(rows * 12L / 100),
            Sessions = (int)sessions,
            Participants = (int)(rows * 5L / 100),
            Progress = 0,
        };
        var others = users + courses + lessons + achievements + shared.UserAchievements + shared.Enrolments + sessions + shared.Participants + Migrations;
        return shared with { Progress = (int)(rows - others) };
    }
}
