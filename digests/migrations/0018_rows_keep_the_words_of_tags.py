from django.db import migrations, models

ROWS = (
    ("taggedissue", "a_tag_once_an_issue", "tag_of_issue_has_a_word"),
    ("taggednewsitem", "a_tag_once_a_news_item", "tag_of_news_item_has_a_word"),
)


class Migration(migrations.Migration):
    dependencies = [("digests", "0017_tags_are_renamed")]

    operations = [
        operation
        for model, once, worded in ROWS
        for operation in (
            migrations.RemoveConstraint(model_name=model, name=once),
            migrations.AddConstraint(
                model_name=model,
                constraint=models.UniqueConstraint(fields=("content_object", "word"), name=once),
            ),
            migrations.AddConstraint(
                model_name=model,
                constraint=models.CheckConstraint(condition=~models.Q(word=""), name=worded),
            ),
        )
    ]
